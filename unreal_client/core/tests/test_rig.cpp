#include <doctest/doctest.h>

#include <cmath>

#include "allocations.h"
#include "fixtures.h"
#include "lamp/rig.h"

using namespace lamp;

namespace {

// From a character that faces +X to a mesh that faces +Y, as Unreal's do.
const Quat kYaw = about_z(1.5707963f);

Result<Rig> bound(std::vector<RigBone> bones = mannequin(), BoneMap map = unreal5_bone_map()) {
    return Rig::bind("hero", standard_skeleton(), bones, map, kYaw, 2);
}

Pose rest_pose(Vec3 root = {0, 0, 100}) {
    Pose pose;
    pose.fit(22, 4);
    pose.positions[0] = root;
    return pose;
}

int index_of(const Rig& rig, const std::string& name) {
    for (std::size_t i = 0; i < rig.bones().size(); ++i) {
        if (rig.bones()[i].name == name) return static_cast<int>(i);
    }
    return -1;
}

// Places in the component, from the parent-relative transforms.
std::vector<Transform> world_of(const Rig& rig, const std::vector<Transform>& local) {
    std::vector<Transform> world(local.size());
    for (std::size_t i = 0; i < local.size(); ++i) {
        const int parent = rig.bones()[i].parent;
        if (parent < 0) {
            world[i] = local[i];
            continue;
        }
        const Transform& above = world[static_cast<std::size_t>(parent)];
        world[i] = {above.position + rotate(above.rotation, local[i].position), above.rotation * local[i].rotation};
    }
    return world;
}

Vec3 direction(const Rig& rig, const std::vector<Transform>& world, const std::string& from, const std::string& to) {
    return normalized(world[static_cast<std::size_t>(index_of(rig, to))].position - world[static_cast<std::size_t>(index_of(rig, from))].position);
}

}  // namespace

TEST_CASE("at rest an A-pose mesh stands in the T-pose: arms level, to the character's left and right") {
    const Result<Rig> rig = bound();
    REQUIRE(rig.ok());
    std::vector<Transform> local;
    rig.value().apply(rest_pose(), {}, local);
    const auto world = world_of(rig.value(), local);
    // the streamed left is -Y, in the component +X
    CHECK(length(direction(rig.value(), world, "upperarm_l", "lowerarm_l") - Vec3{1, 0, 0}) < 1e-3f);
    CHECK(length(direction(rig.value(), world, "lowerarm_r", "hand_r") - Vec3{-1, 0, 0}) < 1e-3f);
    CHECK(length(direction(rig.value(), world, "thigh_l", "calf_l") - normalized(Vec3{2, 0, -40})) < 1e-3f);
    // feet stand as in the reference pose, spine and head upright
    CHECK(angle_between(world[static_cast<std::size_t>(index_of(rig.value(), "foot_l"))].rotation, {}) < 1e-3f);
    CHECK(angle_between(world[static_cast<std::size_t>(index_of(rig.value(), "head"))].rotation, {}) < 1e-3f);
}

TEST_CASE("bones keep the lengths of the mesh, and the pelvis is at the height of its own hips") {
    const Result<Rig> rig = bound();
    REQUIRE(rig.ok());
    Pose pose = rest_pose({300, -200, 103});
    pose.local_rotations[16] = normalized(Quat{0.3f, 0.2f, -0.5f, 0.8f});
    pose.local_rotations[4] = normalized(Quat{0.1f, 0.6f, 0.0f, 0.8f});
    std::vector<Transform> local;
    rig.value().apply(pose, {300, -200, 0}, local);
    const auto world = world_of(rig.value(), local);
    const auto& bones = rig.value().bones();
    for (std::size_t i = 0; i < bones.size(); ++i) {
        const int parent = bones[i].parent;
        if (parent < 0 || bones[i].name == "pelvis") continue;
        const float reference = length(bones[i].reference.position - bones[static_cast<std::size_t>(parent)].reference.position);
        CHECK(length(world[i].position - world[static_cast<std::size_t>(parent)].position) == doctest::Approx(reference).epsilon(1e-4));
    }
    const Vec3 pelvis = world[static_cast<std::size_t>(index_of(rig.value(), "pelvis"))].position;
    CHECK(rig.value().scale() == doctest::Approx(88.0f / 91.0f));
    CHECK(length(pelvis - Vec3{0, 0, 103 * rig.value().scale()}) < 1e-3f);
}

TEST_CASE("turning the character turns the mesh the same way, and every bone with its joint") {
    const Result<Rig> rig = bound();
    REQUIRE(rig.ok());
    Pose pose = rest_pose();
    std::vector<Transform> local;
    rig.value().apply(pose, {}, local);
    const auto before = world_of(rig.value(), local);
    const Quat bend = normalized(Quat{0.2f, -0.4f, 0.3f, 0.8f});
    pose.local_rotations[0] = about_z(0.9f);
    pose.local_rotations[16] = bend;   // left shoulder
    rig.value().apply(pose, {}, local);
    const auto after = world_of(rig.value(), local);
    const auto head = static_cast<std::size_t>(index_of(rig.value(), "head"));
    CHECK(angle_between(after[head].rotation, about_z(0.9f) * before[head].rotation) < 1e-3f);
    const auto arm = static_cast<std::size_t>(index_of(rig.value(), "upperarm_l"));
    const Quat in_component = kYaw * (about_z(0.9f) * bend) * inverse(kYaw);
    CHECK(angle_between(after[arm].rotation, in_component * before[arm].rotation) < 1e-3f);
    // fingers are not streamed: they stay in the hand
    const auto hand = static_cast<std::size_t>(index_of(rig.value(), "hand_l")), finger = static_cast<std::size_t>(index_of(rig.value(), "index_l"));
    CHECK(angle_between(inverse(after[hand].rotation) * after[finger].rotation, inverse(before[hand].rotation) * before[finger].rotation) < 1e-3f);
}

TEST_CASE("what is missing is named, with the character") {
    std::vector<RigBone> bones = mannequin();
    for (RigBone& bone : bones) {
        if (bone.name == "lowerarm_r") bone.name = "forearm_right";
    }
    Status status = bound(bones).status();
    CHECK(status.message.find("hero") != std::string::npos);
    CHECK(status.message.find("'lowerarm_r'") != std::string::npos);
    CHECK(status.message.find("'right_elbow'") != std::string::npos);

    BoneMap map = unreal5_bone_map();
    map["tail"] = "head";
    CHECK(bound(mannequin(), map).status().message.find("'tail'") != std::string::npos);
    map = unreal5_bone_map();
    map.erase("head");
    CHECK(bound(mannequin(), map).status().message.find("no bone is mapped to joint 'head'") != std::string::npos);
    map = unreal5_bone_map();
    map.erase("left_foot");
    CHECK(bound(mannequin(), map).ok());   // shoes without toes
}

TEST_CASE("a mesh that is no humanoid, or scaled to nothing, is refused") {
    std::vector<RigBone> flat = mannequin();
    for (RigBone& bone : flat) bone.reference.position = {};
    CHECK(bound(flat).status().message.find("humanoid") != std::string::npos);
    std::vector<RigBone> bad = mannequin();
    bad[3].reference.rotation = {0, 0, 0, 0};
    CHECK(bound(bad).status().message.find("spine_02") != std::string::npos);
    std::vector<RigBone> order = mannequin();
    order[1].parent = 5;
    CHECK(bound(order).status().message.find("parent") != std::string::npos);
}

TEST_CASE("applying allocates nothing") {
    const Result<Rig> rig = bound();
    REQUIRE(rig.ok());
    std::vector<Transform> local;
    const Pose pose = rest_pose();
    rig.value().apply(pose, {}, local);
    const std::size_t before = allocations_of_this_thread();
    for (int i = 0; i < 100; ++i) rig.value().apply(pose, {}, local);
    CHECK(allocations_of_this_thread() == before);
}
