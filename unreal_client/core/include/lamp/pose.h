// One instant of a character, in the convention of its session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lamp/math.h"

namespace lamp {

struct Pose {
    std::int64_t index = -1;       // of the frame; of the earlier one when interpolated
    double time_s = 0.0;           // session time
    std::uint64_t plan_id = 0;     // the plan that made it
    bool held = false;             // the buffer has run out: this is the last good pose
    std::vector<Vec3> positions;         // world, one per joint; the first is the root's
    std::vector<Quat> local_rotations;   // against the T-pose, relative to the parent; the root's in the world
    std::vector<float> contacts;         // 0 to 1, one per contact joint

    // Room for a skeleton. Allocates only when the size changes, so a pose that is used again costs nothing.
    void fit(std::size_t joints, std::size_t contact_joints) {
        if (positions.size() != joints) positions.resize(joints);
        if (local_rotations.size() != joints) local_rotations.resize(joints);
        if (contacts.size() != contact_joints) contacts.resize(contact_joints);
    }
};

}  // namespace lamp
