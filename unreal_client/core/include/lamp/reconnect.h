// When and how often a session looks for a server again.
#pragma once

#include <cstdint>

#include "lamp/status.h"

namespace lamp {

// The first attempt is made at once, the next after first_delay_s, then ever later by `factor` up to most_delay_s, each
// varied by up to `jitter` of it, so that clients of a server do not come back in step.
struct ReconnectPolicy {
    bool enabled = true;          // false: a session whose stream is lost has failed
    double give_up_s = 60.0;      // how long to try before the session fails
    double first_delay_s = 0.1;
    double factor = 1.6;
    double most_delay_s = 0.7;    // a server that is back is found within 2 s, three slow round trips included
    double jitter = 0.3;
    double attempt_s = 10.0;      // how long one attempt may take
    double stable_s = 5.0;        // a stream that lasted so long ends the count
    double silence_s = 5.0;       // a server that says nothing for so long while the game waits is taken for lost
    // Where no server knows the session any more, the character is taken over so far ahead of the playhead, as far as it
    // is buffered, and what is buffered until then is still played.
    double lead_s = 1.5;

    Status validate() const;
};

class Backoff {
public:
    Backoff(const ReconnectPolicy& policy, std::uint32_t seed);
    // Seconds to wait before the next attempt.
    double next_s();
    void reset();

private:
    ReconnectPolicy policy_;
    std::uint32_t random_;
    double delay_s_ = -1.0;
};

// Whether a stream ended because its connection or its server did, not by a decision about the session.
bool is_lost(const Status& status);
// Whether the connection itself may be what failed, so that the next attempt dials anew. One that answers nobody stays so;
// and gRPC goes on with a failed one only while some call of ours waits, which between attempts none does.
bool is_broken(const Status& status);
// Whether another attempt, or another server, may answer differently.
bool may_try_again(const Status& status);

}  // namespace lamp
