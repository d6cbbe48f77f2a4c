#include <doctest/doctest.h>

#include <algorithm>

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

TEST_CASE("the place is brought in line slowly: a runner of 2.5 m/s is never shown faster than 3.5") {
    for (const float away : {60.0f, 150.0f, 240.0f}) {
        Bridge bridge(3);
        bridge.begin(pose_at(away, 0.0f), pose_at(0, 0.0f), 0.0, 0.01);
        float before = away, fastest = 0.0f;
        for (int i = 1; bridge.active(); ++i) {
            Pose pose = pose_at(0, 0.0f);
            bridge.apply(small_skeleton(), i / 60.0, pose);
            fastest = std::max(fastest, (before - pose.positions[0].x) * 60.0f);
            before = pose.positions[0].x;
        }
        CHECK(fastest < 100.0f);
        CHECK(before == 0.0f);
    }
}

TEST_CASE("however far the place, it takes no longer than 4 s") {
    Bridge bridge(3);
    bridge.begin(pose_at(10000, 0.0f), pose_at(0, 0.0f), 0.0, 0.01);
    Pose pose = pose_at(0, 0.0f);
    bridge.apply(small_skeleton(), 3.9, pose);
    CHECK(pose.positions[0].x > 1.0f);
    bridge.apply(small_skeleton(), 4.01, pose);
    CHECK_FALSE(bridge.active());
}
