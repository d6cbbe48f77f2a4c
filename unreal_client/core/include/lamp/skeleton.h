// The skeleton that every motion is on.
#pragma once

#include <string>
#include <vector>

#include "lamp/math.h"
#include "lamp/status.h"

namespace lamp {

constexpr int kMaxJoints = 256;
// Hash of the standard skeleton, which this version was made for.
constexpr const char* kKnownSkeletonHash = "ec3f75dd22ed8f22";

struct Skeleton {
    std::vector<std::string> names;
    std::vector<int> parents;         // smaller than the own index; -1 for the root
    std::vector<Vec3> rest_offsets;   // relative to the parent in the T-pose, engine units
    std::vector<float> radii;         // of the body around each joint, engine units
    std::vector<std::string> contact_joints;
    std::string hash;

    int size() const { return static_cast<int>(names.size()); }
    // -1 where there is no such joint.
    int index_of(const std::string& name) const;
    // Whether it can be used; says what is wrong with it.
    Status validate() const;
    // Joint positions (size()) from the root's position and parent-relative rotations (size()). Allocates nothing.
    void forward_kinematics(Vec3 root, const Quat* local_rotations, Vec3* positions) const;
};

// Names of the joints of the standard skeleton, in order: what targets may name before the server has said welcome.
const std::vector<std::string>& standard_joint_names();

}  // namespace lamp
