#include "lamp/rig.h"

#include <algorithm>
#include <cmath>

namespace lamp {
namespace {

// Joints whose bone is brought to the direction of the T-pose, and the child that gives the direction: an A-pose differs
// there. Spine, head and feet stand alike in both poses; hands follow their forearm.
constexpr const char* kAligned[][2] = {
    {"left_hip", "left_knee"},         {"right_hip", "right_knee"},         {"left_knee", "left_ankle"},
    {"right_knee", "right_ankle"},     {"left_shoulder", "left_elbow"},     {"right_shoulder", "right_elbow"},
    {"left_elbow", "left_wrist"},      {"right_elbow", "right_wrist"},
};
constexpr const char* kFollowing[][2] = {{"left_wrist", "left_elbow"}, {"right_wrist", "right_elbow"}};
constexpr const char* kOptional[] = {"left_foot", "right_foot", "left_collar", "right_collar"};

float part(Vec3 v, int axis) { return axis == 0 ? v.x : axis == 1 ? v.y : v.z; }

BoneMap mannequin(const char* spine1, const char* spine2, const char* spine3) {
    BoneMap map = {{"pelvis", "pelvis"}, {"spine1", spine1}, {"spine2", spine2},
                   {"spine3", spine3},   {"neck", "neck_01"}, {"head", "head"}};
    const char* limbs[][2] = {{"collar", "clavicle"}, {"shoulder", "upperarm"}, {"elbow", "lowerarm"}, {"wrist", "hand"},
                              {"hip", "thigh"},       {"knee", "calf"},         {"ankle", "foot"},     {"foot", "ball"}};
    for (const auto& limb : limbs) {
        map[std::string("left_") + limb[0]] = std::string(limb[1]) + "_l";
        map[std::string("right_") + limb[0]] = std::string(limb[1]) + "_r";
    }
    return map;
}

bool is_optional(const std::string& joint) {
    return std::any_of(std::begin(kOptional), std::end(kOptional), [&](const char* name) { return joint == name; });
}

Status check_bones(const std::string& object, const std::vector<RigBone>& bones) {
    for (std::size_t i = 0; i < bones.size(); ++i) {
        const RigBone& bone = bones[i];
        const std::string name = object + ": bone '" + bone.name + "' ";
        if (bone.parent >= static_cast<int>(i) || bone.parent < -1) {
            return Status(Code::InvalidArgument, name + "comes before its parent; list parents first");
        }
        if (!is_finite(bone.reference.position) || !is_finite(bone.reference.rotation) ||
            std::fabs(length(bone.reference.rotation) - 1.0f) > 0.01f) {
            return Status(Code::InvalidArgument, name + "has no usable reference transform; is its scale zero?");
        }
    }
    return {};
}

}  // namespace

const BoneMap& unreal4_bone_map() {
    static const BoneMap map = mannequin("spine_01", "spine_02", "spine_03");
    return map;
}

const BoneMap& unreal5_bone_map() {
    static const BoneMap map = mannequin("spine_01", "spine_03", "spine_05");
    return map;
}

Result<Rig> Rig::bind(const std::string& object, const Skeleton& skeleton, const std::vector<RigBone>& bones,
                      const BoneMap& map, Quat component_from_session, int up_axis) {
    if (Status s = check_bones(object, bones); !s.ok()) return s;
    Rig rig;
    rig.skeleton_ = skeleton;
    rig.bones_ = bones;
    rig.component_from_session_ = normalized(component_from_session);
    rig.joint_of_.assign(bones.size(), -1);
    rig.world_.resize(static_cast<std::size_t>(skeleton.size()) + bones.size());
    std::vector<int> bone_of(static_cast<std::size_t>(skeleton.size()), -1);
    for (const auto& [joint, bone] : map) {
        const int j = skeleton.index_of(joint);
        if (j < 0) {
            return Status(Code::InvalidArgument, object + ": the bone map names joint '" + joint +
                                                     "', which the server's skeleton does not have");
        }
        const auto found = std::find_if(bones.begin(), bones.end(), [&, name = bone](const RigBone& b) { return b.name == name; });
        if (found == bones.end()) {
            if (is_optional(joint)) continue;
            return Status(Code::InvalidArgument, object + ": bone '" + bone + "' for joint '" + joint +
                                                     "' is missing in the mesh; correct the bone map or use a humanoid mesh");
        }
        bone_of[static_cast<std::size_t>(j)] = static_cast<int>(found - bones.begin());
        rig.joint_of_[static_cast<std::size_t>(found - bones.begin())] = j;
    }
    for (int j = 0; j < skeleton.size(); ++j) {
        if (bone_of[static_cast<std::size_t>(j)] < 0 && !is_optional(skeleton.names[static_cast<std::size_t>(j)])) {
            return Status(Code::InvalidArgument, object + ": no bone is mapped to joint '" +
                                                     skeleton.names[static_cast<std::size_t>(j)] + "'; add it to the bone map");
        }
    }
    const auto bone_at = [&](const char* joint) {
        const int j = skeleton.index_of(joint);
        return j < 0 ? -1 : bone_of[static_cast<std::size_t>(j)];
    };
    for (const RigBone& bone : bones) {   // parent-relative, as they are when nothing moves them
        if (bone.parent < 0) {
            rig.reference_local_.push_back(bone.reference);
            continue;
        }
        const Transform& parent = bones[static_cast<std::size_t>(bone.parent)].reference;
        rig.reference_local_.push_back({rotate(inverse(parent.rotation), bone.reference.position - parent.position),
                                        inverse(parent.rotation) * bone.reference.rotation});
    }
    std::vector<Quat> aligning(bones.size());
    for (const auto& [joint, child] : kAligned) {
        const int b = bone_at(joint), c = bone_at(child);
        if (b < 0 || c < 0) continue;
        const Vec3 now = bones[static_cast<std::size_t>(c)].reference.position - bones[static_cast<std::size_t>(b)].reference.position;
        const Vec3 rest = rotate(rig.component_from_session_, skeleton.rest_offsets[static_cast<std::size_t>(skeleton.index_of(child))]);
        aligning[static_cast<std::size_t>(b)] = shortest_arc(now, rest);
    }
    for (const auto& [joint, leader] : kFollowing) {
        if (const int b = bone_at(joint), l = bone_at(leader); b >= 0 && l >= 0) {
            aligning[static_cast<std::size_t>(b)] = aligning[static_cast<std::size_t>(l)];
        }
    }
    rig.rest_.resize(bones.size());
    for (std::size_t b = 0; b < bones.size(); ++b) rig.rest_[b] = aligning[b] * normalized(bones[b].reference.rotation);

    // hips over ankles, in both
    const int pelvis = bone_at("pelvis"), ankle = bone_at("left_ankle");
    if (pelvis < 0 || ankle < 0) return Status(Code::InvalidArgument, object + ": pelvis and left_ankle must be mapped");
    rig.pelvis_bone_ = pelvis;
    const float mesh = part(bones[static_cast<std::size_t>(pelvis)].reference.position -
                                bones[static_cast<std::size_t>(ankle)].reference.position, up_axis);
    float streamed = 0.0f;
    for (int j = skeleton.index_of("left_ankle"); j > 0; j = skeleton.parents[static_cast<std::size_t>(j)]) {
        streamed -= part(skeleton.rest_offsets[static_cast<std::size_t>(j)], up_axis);
    }
    if (!(mesh > 0.0f) || !(streamed > 0.0f)) {
        return Status(Code::InvalidArgument, object + ": the pelvis of the mesh is not above its ankles in the reference pose; "
                                                      "is the mesh a humanoid, and is its scale zero?");
    }
    rig.scale_ = mesh / streamed;
    return rig;
}

void Rig::apply(const Pose& pose, Vec3 origin, std::vector<Transform>& local) const {
    const auto joints = static_cast<std::size_t>(skeleton_.size());
    if (pose.local_rotations.size() != joints) return;
    if (local.size() != bones_.size()) local.resize(bones_.size());
    Quat* joint_world = world_.data();
    Quat* bone_world = world_.data() + joints;
    const Quat turn = component_from_session_, back = inverse(turn);
    for (std::size_t j = 0; j < joints; ++j) {
        const int parent = skeleton_.parents[j];
        joint_world[j] = parent < 0 ? pose.local_rotations[j] : joint_world[parent] * pose.local_rotations[j];
    }
    for (std::size_t b = 0; b < bones_.size(); ++b) {
        const int parent = bones_[b].parent, joint = joint_of_[b];
        local[b] = reference_local_[b];
        const Quat above = parent < 0 ? Quat{} : bone_world[parent];
        if (joint >= 0) {
            bone_world[b] = normalized(turn * joint_world[joint] * back * rest_[b]);
            local[b].rotation = normalized(inverse(above) * bone_world[b]);
        } else {
            bone_world[b] = normalized(above * local[b].rotation);
        }
    }
    // the pelvis, brought from the component into the space of its parent (parents above it do not move)
    const auto pelvis = static_cast<std::size_t>(pelvis_bone_);
    const Vec3 place = rotate(turn, pose.positions[0] - origin) * scale_;
    const int above = bones_[pelvis].parent;
    if (above < 0) {
        local[pelvis].position = place;
    } else {
        const Transform& parent = bones_[static_cast<std::size_t>(above)].reference;
        local[pelvis].position = rotate(inverse(parent.rotation), place - parent.position);
    }
}

}  // namespace lamp
