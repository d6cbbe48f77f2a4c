#include "session_core.h"

#include <chrono>

#include "wire.h"

namespace lamp {
namespace {

constexpr std::size_t kMaxEvents = 256;
constexpr int kLockAttempts = 64;      // of a game thread, before it lets others run ...
constexpr double kLockWaitS = 0.004;   // ... and so long in all, before it shows the pose it has for one frame more

v1::Hello first_hello(const SessionOptions& options) {
    v1::Hello hello;
    hello.set_protocol_version(options.protocol_version);
    wire::put(options.convention, hello.mutable_coordinate_system());
    hello.set_fps(options.fps);
    hello.set_prompt(options.prompt);
    wire::put(options.start_position, hello.mutable_start_position());
    if (options.start_facing) wire::put(*options.start_facing, hello.mutable_start_facing());
    hello.set_horizon_s(options.horizon_s);
    hello.set_seed(options.seed);
    hello.set_client_name(options.client_name);
    return hello;
}

}  // namespace

SessionCore::SessionCore(const SessionOptions& options, std::shared_ptr<Targets> targets, std::shared_ptr<Uploads> uploads)
    : options_(options),
      targets_(std::move(targets)),
      uploads_(std::move(uploads)),
      outgoing_(options.prompt, [this] { wake(); }),
      search_(targets_, first_hello(options), options.reconnect, [this](const Status& status) { tell_lost(status); }) {}

SessionCore::~SessionCore() {
    close_and_wait();
    if (thread_.joinable()) thread_.join();
}

void SessionCore::start() {
    thread_ = std::thread([this] { live(); });
}

// -- the game's side ------------------------------------------------------------------------------------------------------

bool SessionCore::sample(double time_s, Pose& pose) {
    sampled_.fetch_add(1, std::memory_order_relaxed);
    if (!lock_buffer()) {
        contended_.fetch_add(1, std::memory_order_relaxed);
        return !pose.positions.empty();   // it holds the pose of the frame before
    }
    const std::lock_guard<std::mutex> lock(buffer_mutex_, std::adopt_lock);
    const bool found = buffer_ && buffer_->sample(time_s, pose);
    if (found && pose.held) held_.fetch_add(1, std::memory_order_relaxed);
    return found;
}

// The buffer is locked for microseconds, unless a thread that holds it has to wait for a processor.
bool SessionCore::lock_buffer() {
    for (int i = 0; i < kLockAttempts; ++i) {
        if (buffer_mutex_.try_lock()) return true;
    }
    const double end_s = steady_s() + kLockWaitS;
    while (steady_s() < end_s) {
        std::this_thread::yield();
        if (buffer_mutex_.try_lock()) return true;
    }
    return false;
}

Result<std::uint64_t> SessionCore::post(const SceneChange& change) {
    const SessionState now = state();
    if (now == SessionState::Ended || now == SessionState::Closing) {
        return Status(Code::Cancelled, "the session is closed; open a new one with Client::drive");
    }
    return outgoing_.post(change);
}

std::optional<double> SessionCore::first_frame_s() const {
    const double first_s = first_frame_s_.load();
    return first_s < 0.0 ? std::nullopt : std::optional<double>(first_s);
}

std::vector<std::string> SessionCore::joint_names() const {
    const std::lock_guard<std::mutex> lock(buffer_mutex_);
    return buffer_ ? buffer_->skeleton().names : standard_joint_names();
}

SessionState SessionCore::state() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return state_;
}

Status SessionCore::status() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return status_;
}

bool SessionCore::next_event(Event& event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (events_.empty()) return false;
    event = std::move(events_.front());
    events_.pop_front();
    return true;
}

std::optional<Skeleton> SessionCore::skeleton() const {
    const std::lock_guard<std::mutex> lock(buffer_mutex_);
    return buffer_ ? std::optional<Skeleton>(buffer_->skeleton()) : std::nullopt;
}

std::optional<double> SessionCore::fps() const {
    const std::lock_guard<std::mutex> lock(buffer_mutex_);
    return buffer_ ? std::optional<double>(buffer_->fps()) : std::nullopt;
}

SessionStats SessionCore::stats() const {
    SessionStats stats;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        stats = stats_;
    }
    const std::lock_guard<std::mutex> lock(buffer_mutex_);
    stats.frames_sampled = sampled_.load();
    stats.frames_held = held_.load();
    stats.frames_contended = contended_.load();
    if (buffer_) {
        stats.stalls = buffer_->stalls();
        stats.buffered_frames = buffer_->size();
        stats.buffer_capacity = buffer_->capacity();
    }
    return stats;
}

void SessionCore::close() {
    bool streaming = false;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (state_ == SessionState::Ended || state_ == SessionState::Closing) return;
        state_ = SessionState::Closing;
        streaming = link_ != nullptr;
    }
    close_by_s_.store(steady_s() + options_.close_timeout_s);
    outgoing_.post_bye();
    if (!streaming) life_.stop();
}

void SessionCore::close_and_wait() {
    close();
    std::unique_lock<std::mutex> lock(mutex_);
    const auto ended = [this] { return state_ == SessionState::Ended; };
    if (changed_.wait_for(lock, std::chrono::duration<double>(options_.close_timeout_s), ended)) return;
    if (!thread_.joinable()) return;   // it was never started
    const std::shared_ptr<Link> link = link_;
    lock.unlock();
    life_.stop();
    if (link) link->cut();
    lock.lock();
    changed_.wait(lock, ended);
}

// -- one stream after another ---------------------------------------------------------------------------------------------

void SessionCore::live() {
    LinkResult found = search_.first(options_.connect_timeout_s, life_);
    double lost_at_s = 0.0;
    while (true) {
        if (!found.ok()) return end(found.status());
        std::shared_ptr<Link> link = found.take();
        if (const Status status = accept(link); !status.ok()) {
            link->cut();
            return end(status);
        }
        take_up(link, reconnects_ == 0 ? 0.0 : steady_s() - lost_at_s);
        const double began_s = steady_s();
        const Status status = converse(link);
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            link_.reset();
        }
        const bool closing = close_by_s_.load() > 0.0;
        if (status.ok() || closing) {
            if (moved_) moved_->cut();
            return end({});
        }
        lost_at_s = steady_s();
        ++reconnects_;
        outgoing_.disconnect();
        if (moved_) {
            found = std::move(moved_);
            moved_ = nullptr;
            continue;
        }
        if (!options_.reconnect.enabled || !is_lost(status)) return end(status);
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (state_ == SessionState::Live) state_ = SessionState::Reconnecting;
        }
        tell_lost(status);
        if (steady_s() - began_s >= options_.reconnect.stable_s) search_.calm();
        found = search_.again(status, [this](bool may_resume) { return hello(may_resume); }, life_);
    }
}

// Whether a stream can be used; the first one makes the buffer.
Status SessionCore::accept(const std::shared_ptr<Link>& link) {
    const v1::Welcome& welcome = link->welcome();
    const Skeleton skeleton = wire::skeleton_from(welcome.skeleton());
    if (welcome.protocol_version() != 1) {
        return Status(Code::FailedPrecondition, link->address() + " speaks version " + std::to_string(welcome.protocol_version()) +
                                                    " of the protocol, this client version 1; install matching versions");
    }
    if (Status status = skeleton.validate(); !status.ok()) return status;
    if (!options_.expected_skeleton_hash.empty() && skeleton.hash != options_.expected_skeleton_hash) {
        return Status(Code::FailedPrecondition, link->address() + " has skeleton " + skeleton.hash + ", this game expects " +
                                                    options_.expected_skeleton_hash + "; install matching versions");
    }
    if (!(welcome.fps() >= 1.0f && welcome.fps() <= 240.0f) || !(welcome.horizon_s() > 0.0f && welcome.horizon_s() <= 60.0f)) {
        return Status(Code::Internal, link->address() + " grants " + std::to_string(welcome.fps()) + " frames per second and a horizon of " +
                                          std::to_string(welcome.horizon_s()) + " s; 1 to 240 and at most 60 can be used");
    }
    const std::lock_guard<std::mutex> lock(buffer_mutex_);
    if (!buffer_) {
        buffer_ = std::make_unique<PlanBuffer>(skeleton, welcome.fps(), options_.convention.metres_per_unit(), welcome.horizon_s());
        buffered_until_s_.store(welcome.start_time_s());
    } else if (skeleton.hash != buffer_->skeleton().hash || welcome.fps() != buffer_->fps()) {
        return Status(Code::FailedPrecondition, link->address() + " has another skeleton or rate (" + skeleton.hash + ", " +
                                                    std::to_string(welcome.fps()) + ") than the server before; run the same version on all");
    }
    return {};
}

void SessionCore::take_up(const std::shared_ptr<Link>& link, double lost_s) {
    welcome_ = link->welcome();
    leaving_.store(false);
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        link_ = link;
        if (state_ != SessionState::Closing) state_ = SessionState::Live;
        stats_.reconnects = static_cast<std::uint64_t>(reconnects_);
    }
    if (reconnects_ == 0) {
        outgoing_.welcome(welcome_.scene_revision(), wire::limits_from(welcome_.limits()));
    } else {
        const std::lock_guard<std::mutex> lock(buffer_mutex_);
        buffer_->rejoin(welcome_.resumed());
    }
    if (reconnects_ > 0) outgoing_.connect(welcome_.scene_revision(), welcome_.resumed());
    Event event;
    event.kind = EventKind::Welcome;
    event.revision = welcome_.scene_revision();
    event.start_time_s = welcome_.start_time_s();
    event.skeleton_hash = welcome_.skeleton().hash();
    event.model_licence = welcome_.model_licence();
    event.resumed = welcome_.resumed();
    event.reconnect = reconnects_;
    tell(event);
    if (reconnects_ == 0) return;
    event.kind = EventKind::Reconnected;
    event.lost_s = lost_s;
    tell(event);
}

void SessionCore::end(const Status& status) {
    const bool closing = close_by_s_.load() > 0.0;
    Event event;
    event.kind = EventKind::Ended;
    event.status = closing ? Status{} : status;
    tell(event);
    const std::lock_guard<std::mutex> lock(mutex_);
    status_ = event.status;
    state_ = SessionState::Ended;
    changed_.notify_all();
}

void SessionCore::tell_lost(const Status& status) {
    Event event;
    event.kind = EventKind::Lost;
    event.status = status;
    tell(event);
}

void SessionCore::tell(Event event) {
    const std::lock_guard<std::mutex> lock(mutex_);
    events_.push_back(std::move(event));
    if (events_.size() > kMaxEvents) events_.pop_front();
}

}  // namespace lamp
