#include <doctest/doctest.h>

#include "fixtures.h"
#include "lamp/bridge.h"

using namespace lamp;

namespace {
Pose pose_at(float x, float angle) {
    const Skeleton skeleton = small_skeleton();
    Pose pose;
    pose.fit(3, 1);
    pose.local_rotations[0] = about_z(angle);
    skeleton.forward_kinematics({x, 0, 90}, pose.local_rotations.data(), pose.positions.data());
    return pose;
}
}  // namespace

TEST_CASE("it begins at what was shown and ends at what is there") {
    Bridge bridge(3);
    bridge.begin(pose_at(10, 0.5f), pose_at(0, 0.0f), 2.0, 0.01);
    REQUIRE(bridge.active());
    Pose pose = pose_at(0, 0.0f);
    bridge.apply(small_skeleton(), 2.0, pose);
    CHECK(pose.positions[0].x == doctest::Approx(10.0f));
    CHECK(angle_between(pose.local_rotations[0], about_z(0.5f)) < 1e-4f);
    pose = pose_at(0, 0.0f);
    bridge.apply(small_skeleton(), 2.31, pose);
    CHECK(pose.positions[0].x == 0.0f);
    CHECK_FALSE(bridge.active());
}

TEST_CASE("what nobody could see is not bridged") {
    Bridge bridge(3);
    bridge.begin(pose_at(0.05f, 0.0f), pose_at(0, 0.0f), 2.0, 0.01);
    CHECK_FALSE(bridge.active());
}

TEST_CASE("the farther the place, the longer it takes, within bounds") {
    Bridge bridge(3);
    bridge.begin(pose_at(10000, 0.0f), pose_at(0, 0.0f), 0.0, 0.01);
    Pose pose = pose_at(0, 0.0f);
    bridge.apply(small_skeleton(), 1.4, pose);
    CHECK(pose.positions[0].x > 1.0f);
    bridge.apply(small_skeleton(), 1.51, pose);
    CHECK_FALSE(bridge.active());
}
