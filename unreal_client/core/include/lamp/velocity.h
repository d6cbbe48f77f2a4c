// How fast something moves that is only put from place to place: what a server carries on until it hears of it again.
#pragma once

#include "lamp/math.h"

namespace lamp {

class VelocityEstimate {
public:
    explicit VelocityEstimate(double metres_per_unit) : metres_per_unit_(metres_per_unit) {}

    // Where it is after another dt_s of the game; smoothed over about a tenth of a second. What goes faster than an
    // obstacle may (100 m/s) was teleported, and rests. A dt_s of zero, a paused game, changes nothing.
    void update(const Transform& now, double dt_s);
    // It was put elsewhere on purpose.
    void restart() { known_ = false, linear_ = {}, angular_radps_ = {}; }
    // Units per second; zero for less than a centimetre.
    Vec3 linear() const;
    // About the world axes, rad/s; zero for less than a degree per second.
    Vec3 angular_radps() const;

private:
    double metres_per_unit_;
    bool known_ = false;
    Transform before_;
    Vec3 linear_, angular_radps_;
};

}  // namespace lamp
