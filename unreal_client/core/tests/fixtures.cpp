#include "fixtures.h"

#include <cmath>
#include <map>
#include <string>

using lamp::Quat;
using lamp::Vec3;

lamp::Skeleton small_skeleton() {
    lamp::Skeleton s;
    s.names = {"pelvis", "spine", "head"};
    s.parents = {-1, 0, 1};
    s.rest_offsets = {{}, {0, 0, 30}, {0, 0, 25}};
    s.radii = {10, 10, 10};
    s.contact_joints = {"pelvis"};
    s.hash = "small";
    return s;
}

lamp::Skeleton standard_skeleton() {
    lamp::Skeleton s;
    s.names = lamp::standard_joint_names();
    s.parents = {-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19};
    // forward, right, up
    s.rest_offsets = {{},          {0, -9, -9},  {0, 9, -9},   {0, 0, 12}, {0, -2, -40}, {0, 2, -40}, {0, 0, 14}, {0, 0, -42},
                      {0, 0, -42}, {0, 0, 6},    {13, 0, -6},  {13, 0, -6}, {0, 0, 21},  {0, -8, 12}, {0, 8, 12}, {3, 0, 9},
                      {0, -12, 2}, {0, 12, 2},   {0, -26, 0},  {0, 26, 0}, {0, -25, 0},  {0, 25, 0}};
    s.radii.assign(22, 5.0f);
    s.contact_joints = {"left_ankle", "left_foot", "right_ankle", "right_foot"};
    s.hash = "standard";
    return s;
}

Quat about_z(float angle_rad) { return {0, 0, std::sin(angle_rad / 2), std::cos(angle_rad / 2)}; }

Frames::Frames(std::uint64_t plan_id, std::int64_t start, int count, float fps, float x0, float dx, float a0, float da) {
    const lamp::Skeleton skeleton = small_skeleton();
    for (int i = 0; i < count; ++i) {
        const float x = x0 + static_cast<float>(i) * dx;
        const Quat q = about_z(a0 + static_cast<float>(i) * da);
        const Quat local[3] = {q, {}, {}};
        Vec3 joints[3];
        skeleton.forward_kinematics({x, 0, 90}, local, joints);
        rotations.emplace_back();
        positions.emplace_back();
        for (int j = 0; j < 3; ++j) {
            rotations.back().insert(rotations.back().end(), {local[j].x, local[j].y, local[j].z, local[j].w});
            positions.back().insert(positions.back().end(), {joints[j].x, joints[j].y, joints[j].z});
        }
        contacts.push_back({i % 2 ? 1.0f : 0.0f});
    }
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        views_.push_back({start + i, static_cast<double>(start + i) / static_cast<double>(fps), plan_id, rotations[at].data(),
                          positions[at].data(), contacts[at].data()});
    }
}

std::vector<lamp::RigBone> mannequin() {
    struct Bone {
        const char *name, *parent;
        Vec3 place;
    };
    // facing +Y: the character's left is +X; arms hang 45 degrees (A-pose)
    const Bone half[] = {{"clavicle", "spine_05", {4, 0, 145}}, {"upperarm", "clavicle", {15, 0, 145}}, {"lowerarm", "upperarm", {35, 0, 125}},
                         {"hand", "lowerarm", {53, 0, 107}},    {"index", "hand", {60, 0, 100}},        {"thigh", "pelvis", {10, 0, 90}},
                         {"calf", "thigh", {11, 0, 50}},        {"foot", "calf", {12, 0, 8}},           {"ball", "foot", {12, 14, 2}}};
    std::vector<Bone> bones = {{"root", "", {0, 0, 0}},            {"pelvis", "root", {0, 0, 96}},     {"spine_01", "pelvis", {0, 0, 100}},
                               {"spine_02", "spine_01", {0, 0, 108}}, {"spine_03", "spine_02", {0, 0, 115}}, {"spine_04", "spine_03", {0, 0, 125}},
                               {"spine_05", "spine_04", {0, 0, 135}}, {"neck_01", "spine_05", {0, 0, 150}},  {"head", "neck_01", {0, 2, 160}}};
    std::vector<lamp::RigBone> out;
    std::map<std::string, int> index;
    const auto add = [&](const std::string& name, const std::string& parent, Vec3 place) {
        index[name] = static_cast<int>(out.size());
        out.push_back({name, parent.empty() ? -1 : index[parent], {place, {}}});
    };
    for (const Bone& bone : bones) add(bone.name, bone.parent, bone.place);
    for (const auto& [side, sign] : {std::pair<std::string, float>{"_l", 1.0f}, {"_r", -1.0f}}) {
        for (const Bone& bone : half) {
            const std::string parent = bone.parent;
            const bool central = parent == "pelvis" || parent == "spine_05";
            add(bone.name + side, central ? parent : parent + side, {bone.place.x * sign, bone.place.y, bone.place.z});
        }
    }
    return out;
}
