// Axes and unit of length of an engine, and the way to and from model space.
//
// A session speaks one convention (SessionOptions::convention, Unreal's by default): the server converts, so a game needs
// these helpers only for data that comes from elsewhere, such as a clip in model space.
//
// Model space: right-handed, metres, +X the character's left, +Y up, +Z forward.
#pragma once

#include <array>
#include <cstdint>

#include "lamp/math.h"
#include "lamp/status.h"

namespace lamp {

// Where an axis of an engine points, seen from a character in its rest pose.
enum class Direction { Left, Right, Up, Down, Forward, Back };

class Convention {
public:
    // Axes of an engine without a preset: each of left/right, up/down, forward/back once. metres_per_unit: 0.0001 to 1000.
    static Result<Convention> of(Direction x, Direction y, Direction z, double metres_per_unit);
    static Convention model();
    static Convention unity();
    static Convention unreal();
    static Convention blender();

    bool right_handed() const { return handedness_ > 0; }
    double metres_per_unit() const { return metres_per_unit_; }
    const std::array<Direction, 3>& axes() const { return axes_; }
    // Which of the engine's axes is vertical: 0, 1 or 2.
    int up_axis() const;

    // Positions, offsets, linear velocities: metres to engine units, and back.
    Vec3 position_from_model(Vec3 v_m) const;
    Vec3 position_to_model(Vec3 v) const;
    // Directions: the length stays.
    Vec3 direction_from_model(Vec3 v) const;
    Vec3 direction_to_model(Vec3 v) const;
    // Angular velocities, rad/s: a turn stays the same turn where the handedness changes.
    Vec3 angular_velocity_from_model(Vec3 v_radps) const;
    Vec3 angular_velocity_to_model(Vec3 v_radps) const;
    // Unit quaternions, world or local ones alike.
    Quat rotation_from_model(Quat q) const;
    Quat rotation_to_model(Quat q) const;
    // Sizes along a shape's own axes: never negative.
    Vec3 extents_from_model(Vec3 v_m) const;
    Vec3 extents_to_model(Vec3 v) const;

    bool operator==(const Convention& other) const {
        return axes_ == other.axes_ && metres_per_unit_ == other.metres_per_unit_;
    }

private:
    Convention(std::array<Direction, 3> axes, double metres_per_unit);

    std::array<Direction, 3> axes_;
    std::array<int, 3> source_{};   // engine axis i is model axis source_[i] ...
    std::array<float, 3> sign_{};   // ... times sign_[i]
    float handedness_ = 1.0f;
    double metres_per_unit_ = 1.0;
};

}  // namespace lamp
