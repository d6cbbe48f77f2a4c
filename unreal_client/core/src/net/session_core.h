// The threads behind a Session: one stream after another until the session ends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "lamp/outgoing.h"
#include "lamp/plan_buffer.h"
#include "lamp/session.h"
#include "search.h"
#include "uploads.h"

namespace lamp {

// While there is a stream, three threads: one reads it (and looks for a server when it is lost), one writes, one minds the
// silence of the server, its leaving, and geometry that a new server does not have. No lock is held over a call.
class SessionCore {
public:
    SessionCore(const SessionOptions& options, std::shared_ptr<Targets> targets, std::shared_ptr<Uploads> uploads);
    ~SessionCore();

    void start();
    void close();
    void close_and_wait();

    bool sample(double time_s, Pose& pose);
    void set_playhead(double time_s) { outgoing_.set_playhead(time_s); }
    Result<std::uint64_t> post(const SceneChange& change);
    double buffered_until_s() const { return buffered_until_s_.load(std::memory_order_relaxed); }
    std::optional<double> first_frame_s() const;
    std::vector<std::string> joint_names() const;

    SessionState state() const;
    Status status() const;
    bool next_event(Event& event);
    std::optional<Skeleton> skeleton() const;
    std::optional<double> fps() const;
    std::size_t max_obstacles() const { return outgoing_.max_obstacles(); }
    SessionStats stats() const;
    const SessionOptions& options() const { return options_; }

private:
    void live();
    Status converse(const std::shared_ptr<Link>& link);
    void send(Link& link, Stopper& stop);
    void mind(Link& link, Stopper& stop);
    Status receive(Link& link);
    Status handle(const v1::DriveResponse& message);
    Status handle_plan(const v1::Plan& message);
    Status handle_frames(const v1::Frames& message);
    Status accept(const std::shared_ptr<Link>& link);
    void take_up(const std::shared_ptr<Link>& link, double lost_s);
    void end(const Status& status);
    bool lock_buffer();
    void buffered();
    void tell(Event event);
    void tell_lost(const Status& status);
    v1::Hello hello(bool may_resume) const;
    bool waits_for_frames() const;
    void wake();

    SessionOptions options_;
    std::shared_ptr<Targets> targets_;
    std::shared_ptr<Uploads> uploads_;
    Outgoing outgoing_;
    Search search_;
    Stopper life_;                       // stopped: no server is looked for any more

    mutable std::mutex buffer_mutex_;    // held for the copying of the frames of one message, no longer
    std::unique_ptr<PlanBuffer> buffer_;
    std::atomic<double> buffered_until_s_{0.0};
    std::atomic<double> first_frame_s_{-1.0};

    mutable std::mutex mutex_;           // of what follows
    std::condition_variable changed_;
    SessionState state_ = SessionState::Connecting;
    Status status_;
    std::deque<Event> events_;
    std::shared_ptr<Link> link_;
    SessionStats stats_;
    std::uint64_t wakes_ = 0;

    std::atomic<std::uint64_t> sampled_{0}, held_{0}, contended_{0};
    std::atomic<double> read_at_s_{0.0};
    std::atomic<double> close_by_s_{0.0};   // 0: not closing
    std::atomic<bool> silent_{false}, leaving_{false};

    // of the threads of the session alone
    v1::Welcome welcome_;
    std::vector<FrameView> views_;
    std::shared_ptr<Link> moved_;        // to the server that takes over from one that is about to stop
    int reconnects_ = 0;
    std::thread thread_;
};

}  // namespace lamp
