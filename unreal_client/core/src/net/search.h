// Finding a server for a live session: the first one, and another when the connection is lost.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lamp/outgoing.h"
#include "lamp/plan_buffer.h"
#include "lamp/reconnect.h"
#include "link.h"

namespace lamp {

// What a Hello to another server, or to the same one again, is made from.
struct Whereabouts {
    std::int64_t last_index = -1;
    float fps = 30.0f;
    std::optional<double> shown_s;
    std::function<std::optional<LastMotion>(double end_s, double longest_s)> last_motion;
};

using LinkResult = Result<std::shared_ptr<Link>>;

class Search {
public:
    Search(std::shared_ptr<Targets> targets, const v1::Hello& hello, const ReconnectPolicy& policy,
           std::function<void(const Status&)> on_failure);

    // The first stream, within timeout_s.
    LinkResult first(double timeout_s, Stopper& stopper);
    // The stream just lost lasted long enough: what was before it does not count any more.
    void calm() { deadline_s_.reset(); }
    // Another stream for a session that lost its own with `lost`. Fails when none is found within give_up_s.
    LinkResult again(Status lost, const std::function<v1::Hello(bool)>& hello, Stopper& stopper);
    // A stream to another server, while the one that is about to stop still sends. Tries until it is stopped.
    std::shared_ptr<Link> elsewhere(const std::function<v1::Hello(bool)>& hello, Stopper& stopper);
    // A Hello by which any server can go on: one that knows the session with that (may_resume), others from the last frames.
    v1::Hello hello_again(const Outgoing& outgoing, const Whereabouts& where, const v1::Welcome& welcome,
                          bool may_resume) const;

private:
    LinkResult attempt(const v1::Hello& hello, double left_s, Stopper& stopper);

    std::shared_ptr<Targets> targets_;
    v1::Hello hello_;
    ReconnectPolicy policy_;
    std::function<void(const Status&)> on_failure_;
    std::string affinity_;
    Backoff backoff_;
    std::optional<double> deadline_s_;   // nothing: all is calm
};

// Seconds of a clock that never goes back.
double steady_s();

}  // namespace lamp
