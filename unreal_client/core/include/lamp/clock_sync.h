// Session time against the clock of the game: what to sample now, and when a frame of the session is on the screen.
#pragma once

#include <optional>

namespace lamp {

// Not thread-safe: belongs to the game thread. Session time never goes back.
class ClockSync {
public:
    // Session time session_s is now, at now_s of the game's clock (seconds; any origin).
    void start(double now_s, double session_s);
    bool started() const { return started_; }

    // Advances to now_s and returns the session time to show. It stops at buffered_until_s, the time of the last buffered
    // frame: while the server is away the character and its clock hold together, and go on together.
    double advance(double now_s, double buffered_until_s);

    // 1 is real time; slow motion and pause (0) are rates too. Values below 0 or not finite count as 0.
    void set_rate(double rate);
    double rate() const { return rate_; }

    double session_s() const { return session_s_; }
    // How long session time has been held in all because no frames were there.
    double held_s() const { return held_s_; }
    // Clock of the game at which session time `session_s` is (was) shown; what a Live Link frame is stamped with.
    double game_s(double session_s) const;

private:
    bool started_ = false;
    double now_s_ = 0.0, session_s_ = 0.0, rate_ = 1.0, held_s_ = 0.0;
};

}  // namespace lamp
