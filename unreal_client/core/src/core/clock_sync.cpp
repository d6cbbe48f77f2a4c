#include "lamp/clock_sync.h"

#include <algorithm>
#include <cmath>

namespace lamp {

void ClockSync::start(double now_s, double session_s) {
    started_ = true;
    now_s_ = now_s;
    session_s_ = session_s;
}

void ClockSync::set_rate(double rate) { rate_ = std::isfinite(rate) && rate > 0.0 ? rate : 0.0; }

double ClockSync::advance(double now_s, double buffered_until_s) {
    if (!started_ || !std::isfinite(now_s)) return session_s_;
    const double step_s = std::max(now_s - now_s_, 0.0) * rate_;   // a clock that is set back does not go back here
    now_s_ = std::max(now_s, now_s_);
    const double wanted_s = session_s_ + step_s;
    const double reached_s = std::max(std::min(wanted_s, buffered_until_s), session_s_);
    held_s_ += wanted_s - reached_s;
    session_s_ = reached_s;
    return session_s_;
}

double ClockSync::game_s(double session_s) const {
    return rate_ > 0.0 ? now_s_ + (session_s - session_s_) / rate_ : now_s_;
}

}  // namespace lamp
