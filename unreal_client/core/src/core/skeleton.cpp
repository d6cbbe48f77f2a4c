#include "lamp/skeleton.h"

#include <algorithm>
#include <array>

namespace lamp {

int Skeleton::index_of(const std::string& name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

Status Skeleton::validate() const {
    const int count = size();
    if (count < 1 || count > kMaxJoints) {
        return Status(Code::Internal, "the server's skeleton has " + std::to_string(count) + " joints; 1 to " +
                                          std::to_string(kMaxJoints) + " can be used");
    }
    if (parents.size() != names.size() || rest_offsets.size() != names.size()) {
        return Status(Code::Internal, "the server's skeleton has unequal numbers of names, parents and offsets");
    }
    for (int i = 0; i < count; ++i) {
        if (parents[i] >= i || (i == 0 ? parents[i] != -1 : parents[i] < 0)) {
            return Status(Code::Internal, "joint '" + names[i] + "' of the server's skeleton has parent " +
                                              std::to_string(parents[i]) + "; parents must come first");
        }
        if (!is_finite(rest_offsets[i])) {
            return Status(Code::Internal, "joint '" + names[i] + "' of the server's skeleton has no finite offset");
        }
    }
    return {};
}

void Skeleton::forward_kinematics(Vec3 root, const Quat* local_rotations, Vec3* positions) const {
    std::array<Quat, kMaxJoints> world;
    world[0] = local_rotations[0];
    positions[0] = root;
    for (int i = 1; i < size(); ++i) {
        const int parent = parents[i];
        world[i] = world[parent] * local_rotations[i];
        positions[i] = positions[parent] + rotate(world[parent], rest_offsets[i]);
    }
}

const std::vector<std::string>& standard_joint_names() {
    static const std::vector<std::string> names = {
        "pelvis",    "left_hip",   "right_hip",   "spine1",       "left_knee",     "right_knee",    "spine2",
        "left_ankle", "right_ankle", "spine3",     "left_foot",    "right_foot",    "neck",          "left_collar",
        "right_collar", "head",    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",   "left_wrist",
        "right_wrist",
    };
    return names;
}

}  // namespace lamp
