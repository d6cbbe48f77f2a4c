// Takes the jump out of what is shown when a character goes on from elsewhere: the difference fades away.
#pragma once

#include <vector>

#include "lamp/pose.h"
#include "lamp/skeleton.h"

namespace lamp {

class Bridge {
public:
    explicit Bridge(std::size_t joints);

    // From what was shown at time_s to what is there now instead. Does nothing where nobody could see the difference.
    void begin(const Pose& shown, const Pose& instead, double time_s, double metres_per_unit);
    // Adds what is left of the difference; bone lengths stay exact.
    void apply(const Skeleton& skeleton, double time_s, Pose& pose);
    bool active() const { return active_; }

private:
    bool active_ = false;
    double since_s_ = 0.0, lasts_s_ = 0.0;
    Vec3 offset_;
    std::vector<Quat> turned_;
};

}  // namespace lamp
