// What a session has to tell, for the game thread to poll.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lamp/status.h"

namespace lamp {

enum class EventKind {
    Welcome,       // a stream was accepted; `reconnect` counts them from 0
    Plan,
    Notice,        // the server could not use something, or has something to say; the session goes on
    GoingAway,     // the server is about to stop; another is looked for
    Lost,          // the stream broke, or nobody answers yet; the session looks for a server
    Reconnected,   // after its Welcome
    Ended,         // nothing comes after this; `status` is Ok after close()
};

struct TargetReport {
    std::string id;
    float error_m = 0.0f;
    double arrive_time_s = 0.0;
};

struct PlanReport {
    std::uint64_t plan_id = 0, scene_revision = 0;
    std::int64_t start_frame = 0, end_frame = 0;
    bool feasible = false, settled = false;
    std::string reason;
    std::vector<TargetReport> targets;
};

struct Event {
    EventKind kind = EventKind::Ended;
    Status status;                     // Lost, Ended, Notice (what was wrong, with violations)
    PlanReport plan;                   // Plan
    std::string notice_code;           // Notice: such as "STALE_REVISION"
    std::uint64_t revision = 0;        // Notice: of the refused message; Welcome: the newest one the server knows
    std::string message;               // GoingAway: the reason
    double grace_s = 0.0;              // GoingAway
    double lost_s = 0.0;               // Reconnected: how long there was no stream
    double start_time_s = 0.0;         // Welcome: session time of the first frame that will come
    std::string skeleton_hash;         // Welcome
    std::string model_licence;         // Welcome: mind it before you ship
    bool resumed = false;              // Welcome, Reconnected: the server went on with the same character
    int reconnect = 0;                 // Welcome
};

}  // namespace lamp
