// Takes the jump out of what is shown when a character goes on from elsewhere: the difference fades away.
#pragma once

#include <vector>

#include "lamp/pose.h"
#include "lamp/skeleton.h"

namespace lamp {

// The root's offset is continuous in place and velocity. The difference in velocity dies away, and the way it goes meanwhile
// is added to the difference in place, which fades, from rest to rest. Both are cubic curves over times of their own: a
// place far off has to fade slowly, a large velocity fast, or it would carry the character away. One curve for both would
// swing back with a third of that velocity. Rotations fade with the place. The same, with the same numbers, in every client:
// see runtime/client/bridge.py and unity_client/Runtime/Core/Motion/PoseBridge.cs.
class Bridge {
public:
    Bridge(std::size_t joints, double metres_per_unit);

    // Whether anybody could see the difference.
    bool needed(const Pose& shown, const Pose& instead) const;
    // From what was shown at time_s to what is there now instead. `faster`: by how much the root of the former was faster
    // than that of the latter, units per second.
    void begin(const Pose& shown, const Pose& instead, double time_s, Vec3 faster);
    // How far from its place the root is shown, and how fast that changes. Zero when it is over.
    Vec3 offset(double time_s) const;
    Vec3 velocity(double time_s) const;
    // Adds what is left of the difference; bone lengths stay exact.
    void apply(const Skeleton& skeleton, double time_s, Pose& pose);
    bool active() const { return active_; }

private:
    Vec3 believed(Vec3 faster) const;
    float passed(double time_s, double lasts_s) const;

    double metres_per_unit_;
    bool active_ = false;
    double since_s_ = 0.0, place_s_ = 0.0, velocity_s_ = 0.0;
    Vec3 place_, way_, faster_;
    std::vector<Quat> turned_;
};

}  // namespace lamp
