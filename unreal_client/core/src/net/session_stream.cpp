// One stream of a session: what goes out over it, what comes in, and who minds that it lives.
#include <chrono>

#include "session_core.h"
#include "wire.h"

namespace lamp {
namespace {

constexpr double kMindEveryS = 0.1;

}  // namespace

Status SessionCore::converse(const std::shared_ptr<Link>& link) {
    Stopper stop;
    read_at_s_.store(steady_s());
    silent_.store(false);
    std::mutex done_mutex;
    std::condition_variable done_changed;
    bool writer_done = false;
    std::thread writer([&] {
        send(*link, stop);
        const std::lock_guard<std::mutex> lock(done_mutex);
        writer_done = true;
        done_changed.notify_all();
    });
    std::thread minder([&] { mind(*link, stop); });
    Status status = receive(*link);
    if (!status.ok()) link->cut();   // it was this side that could not go on
    stop.stop();
    wake();
    {
        std::unique_lock<std::mutex> lock(done_mutex);
        if (!done_changed.wait_for(lock, std::chrono::milliseconds(500), [&] { return writer_done; })) {
            link->cut();   // it is stuck in a write that nobody reads
        }
    }
    writer.join();
    minder.join();
    if (!status.ok()) {
        (void)link->end().ok();
        return status;
    }
    const Status ended = link->end();
    if (silent_.load()) {
        targets_->redial(link->address());
        return Status(Code::Unavailable, link->address() + " fell silent");
    }
    return ended;
}

// -- to the server --------------------------------------------------------------------------------------------------------

void SessionCore::wake() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++wakes_;
    changed_.notify_all();
}

void SessionCore::send(Link& link, Stopper& stop) {
    Pose here;
    while (!stop.stopped()) {
        std::uint64_t seen = 0;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            seen = wakes_;
        }
        double wait_s = 0.0;
        for (const OutgoingMessage& message : outgoing_.take(steady_s(), wait_s)) {
            if (message.kind == OutgoingMessage::Kind::Playhead) {
                bool found = false;
                {
                    const std::lock_guard<std::mutex> lock(buffer_mutex_);
                    found = buffer_->frame(static_cast<std::int64_t>(message.time_s * buffer_->fps()), here);
                }
                if (found) outgoing_.walked(here.positions[0], options_.convention.up_axis(), options_.convention.metres_per_unit());
            }
            v1::DriveRequest request;
            wire::put(message, &request);
            if (!link.write(request) || request.has_bye()) return;   // its reader knows why
        }
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait_for(lock, std::chrono::duration<double>(wait_s), [&] { return wakes_ != seen; });
    }
}

bool SessionCore::waits_for_frames() const {
    const std::optional<double> told_s = outgoing_.told_s();
    return told_s && *told_s >= buffered_until_s_.load() - 1e-6;
}

// A connection may be dead without anybody having said so; a server that leaves goes on sending until another is found.
void SessionCore::mind(Link& link, Stopper& stop) {
    if (reconnects_ > 0 && !welcome_.resumed()) {
        const std::set<std::string> ids = outgoing_.geometry_ids();
        if (!ids.empty()) {
            uploads_->restore(ids, stop);
            outgoing_.tell_geometry();
        }
    }
    const ReconnectPolicy& policy = options_.reconnect;
    while (stop.sleep(kMindEveryS)) {
        const double now_s = steady_s(), close_by_s = close_by_s_.load();
        if (close_by_s > 0.0 && now_s > close_by_s) return link.cut();
        if (!policy.enabled || close_by_s > 0.0) continue;
        if (waits_for_frames() && now_s - read_at_s_.load() > policy.silence_s) {
            silent_.store(true);
            return link.cut();
        }
        if (!leaving_.exchange(false)) continue;
        std::shared_ptr<Link> other = search_.elsewhere([this](bool may_resume) { return hello(may_resume); }, stop);
        if (!other) continue;
        moved_ = std::move(other);
        return link.cut();
    }
}

v1::Hello SessionCore::hello(bool may_resume) const {
    Whereabouts where;
    {
        const std::lock_guard<std::mutex> lock(buffer_mutex_);
        where.last_index = buffer_->last_index();
        where.fps = buffer_->fps();
        where.shown_s = buffer_->shown_s();
    }
    where.last_motion = [this](double end_s, double longest_s) {
        const std::lock_guard<std::mutex> lock(buffer_mutex_);
        return buffer_->last_motion(end_s, longest_s);
    };
    return search_.hello_again(outgoing_, where, welcome_, may_resume);
}

// -- from the server ------------------------------------------------------------------------------------------------------

// Ok where the stream ended; else what this side cannot use.
Status SessionCore::receive(Link& link) {
    v1::DriveResponse message;
    while (link.read(&message)) {
        read_at_s_.store(steady_s());
        if (Status status = handle(message); !status.ok()) return status;
    }
    return {};
}

Status SessionCore::handle(const v1::DriveResponse& message) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ++stats_.messages_received;
    }
    switch (message.message_case()) {
        case v1::DriveResponse::kFrames: return handle_frames(message.frames());
        case v1::DriveResponse::kPlan: return handle_plan(message.plan());
        case v1::DriveResponse::kNotice: {
            const Event event = wire::notice_from(message.notice());
            if (event.revision && (event.notice_code == "INVALID" || event.notice_code == "STALE_REVISION")) {
                outgoing_.refused(event.revision);
            }
            {
                const std::lock_guard<std::mutex> lock(mutex_);
                ++stats_.notices;
            }
            tell(event);
            return {};
        }
        case v1::DriveResponse::kGoingAway: {
            Event event;
            event.kind = EventKind::GoingAway;
            event.message = message.going_away().reason();
            event.grace_s = static_cast<double>(message.going_away().grace_s());
            tell(event);
            leaving_.store(true);
            return {};
        }
        default: return {};   // of a later version
    }
}

Status SessionCore::handle_frames(const v1::Frames& message) {
    const std::lock_guard<std::mutex> lock(buffer_mutex_);
    if (Status s = wire::frames_from(message.frames(), buffer_->skeleton(), views_); !s.ok()) return s;
    if (Status s = buffer_->validate(views_.data(), views_.size()); !s.ok()) return s;
    buffer_->add(views_.data(), views_.size());
    buffered();
    return {};
}

Status SessionCore::handle_plan(const v1::Plan& message) {
    {
        const std::lock_guard<std::mutex> lock(buffer_mutex_);
        if (Status s = wire::frames_from(message.frames(), buffer_->skeleton(), views_); !s.ok()) return s;
        if (Status s = buffer_->validate(views_.data(), views_.size()); !s.ok()) return s;
        buffer_->begin_plan(message.plan_id(), message.start_frame(), views_.data(), views_.size());
        buffered();
    }
    Event event;
    event.kind = EventKind::Plan;
    event.plan = wire::plan_from(message);
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ++stats_.plans;
    }
    tell(event);
    return {};
}

// buffer_mutex_ is held.
void SessionCore::buffered() {
    if (buffer_->size() == 0) return;
    buffered_until_s_.store(static_cast<double>(buffer_->last_index()) / buffer_->fps());
    if (first_frame_s_.load() < 0.0) first_frame_s_.store(static_cast<double>(buffer_->first_index()) / buffer_->fps());
    const std::lock_guard<std::mutex> lock(mutex_);
    stats_.max_buffered_frames = std::max(stats_.max_buffered_frames, buffer_->size());
}

}  // namespace lamp
