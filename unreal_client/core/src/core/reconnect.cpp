#include "lamp/reconnect.h"

#include <algorithm>
#include <cmath>

namespace lamp {

Status ReconnectPolicy::validate() const {
    const struct {
        const char* name;
        double value;
    } durations[] = {{"give_up_s", give_up_s},   {"first_delay_s", first_delay_s}, {"most_delay_s", most_delay_s},
                     {"attempt_s", attempt_s},   {"stable_s", stable_s},           {"silence_s", silence_s},
                     {"lead_s", lead_s}};
    for (const auto& duration : durations) {
        if (!(duration.value >= 0.0) || !std::isfinite(duration.value)) {
            return Status(Code::InvalidArgument, std::string("reconnect.") + duration.name + " " +
                                                     std::to_string(duration.value) + " must not be negative");
        }
    }
    if (!(factor >= 1.0) || !(jitter >= 0.0 && jitter <= 1.0)) {
        return Status(Code::InvalidArgument, "reconnect.factor must be at least 1, reconnect.jitter within 0 and 1");
    }
    return {};
}

Backoff::Backoff(const ReconnectPolicy& policy, std::uint32_t seed) : policy_(policy), random_(seed | 1u) {}

void Backoff::reset() { delay_s_ = -1.0; }

double Backoff::next_s() {
    if (delay_s_ < 0.0) {
        delay_s_ = policy_.first_delay_s;
        return 0.0;
    }
    random_ ^= random_ << 13;   // xorshift32: clients only must not agree
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    const double unit = random_ / 4294967296.0 * 2.0 - 1.0;
    const double delay_s = std::min(delay_s_ * (1.0 + policy_.jitter * unit), policy_.most_delay_s);
    delay_s_ = std::min(delay_s_ * policy_.factor, policy_.most_delay_s);
    return delay_s;
}

bool is_lost(const Status& status) {
    if (!status.reason.empty()) return status.code == Code::Unavailable;
    switch (status.code) {   // a transport or a proxy speaks with these, without the details that every error of ours has
        case Code::Unavailable:
        case Code::Internal:
        case Code::Unknown:
        case Code::Cancelled:
        case Code::DeadlineExceeded: return true;
        default: return false;
    }
}

bool is_broken(const Status& status) {
    return status.reason.empty() && (status.code == Code::Unavailable || status.code == Code::DeadlineExceeded);
}

bool may_try_again(const Status& status) { return is_lost(status) || status.code == Code::ResourceExhausted; }

}  // namespace lamp
