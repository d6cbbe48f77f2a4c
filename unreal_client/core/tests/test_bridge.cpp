#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

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
    Bridge bridge(3, 0.01);
    bridge.begin(pose_at(10, 0.5f), pose_at(0, 0.0f), 2.0, {});
    REQUIRE(bridge.active());
    Pose pose = pose_at(0, 0.0f);
    bridge.apply(small_skeleton(), 2.0, pose);
    CHECK(pose.positions[0].x == doctest::Approx(10.0f));
    CHECK(angle_between(pose.local_rotations[0], about_z(0.5f)) < 1e-4f);
    pose = pose_at(0, 0.0f);
    bridge.apply(small_skeleton(), 2.56, pose);   // sqrt(6 * 0.1 m / 2 m/s^2) after it began
    CHECK(pose.positions[0].x == 0.0f);
    CHECK_FALSE(bridge.active());
}

TEST_CASE("what nobody could see is not bridged") {
    Bridge bridge(3, 0.01);
    CHECK_FALSE(bridge.needed(pose_at(0.05f, 0.0f), pose_at(0, 0.0f)));
    CHECK(bridge.needed(pose_at(0.2f, 0.0f), pose_at(0, 0.0f)));
    CHECK(bridge.needed(pose_at(0, 0.01f), pose_at(0, 0.0f)) == false);   // about the axis of the joints: nothing moves
    CHECK_FALSE(bridge.active());
    CHECK(is_zero(bridge.offset(2.0)));
    CHECK(is_zero(bridge.velocity(2.0)));
}

TEST_CASE("place and velocity begin as those shown and end at rest, and the velocity told is the one it has") {
    constexpr double kTinyS = 1e-3;
    for (const float away : {0.0f, 5.0f, 60.0f, 240.0f}) {
        for (const Vec3 faster : {Vec3{}, Vec3{30, 0, 10}, Vec3{-160, 20, 0}, Vec3{0, 390, 0}}) {
            Bridge bridge(3, 0.01);
            bridge.begin(pose_at(away, 0.0f), pose_at(0, 0.0f), 3.0, faster);
            CHECK(length(bridge.offset(3.0) - Vec3{away, 0, 0}) < 1e-3f);
            CHECK(length(bridge.velocity(3.0) - faster) < 1e-3f);
            double end_s = 3.0;
            for (int i = 1; i <= 520; ++i) {
                const double at_s = 3.0 + i * 0.01;
                const Vec3 moved = bridge.offset(at_s + kTinyS) - bridge.offset(at_s - kTinyS);
                // its acceleration jumps at the end of either part, so there the difference quotient is a little off
                CHECK(length(moved * static_cast<float>(0.5 / kTinyS) - bridge.velocity(at_s)) < 2.0f);
                CHECK(length(bridge.offset(at_s)) < away + 50.1f);
                if (!is_zero(bridge.offset(at_s))) end_s = at_s;
            }
            CHECK(length(bridge.velocity(end_s)) < 25.0f);   // at most a hundredth of a second before its end
            CHECK(is_zero(bridge.velocity(end_s + 0.01)));
            Pose pose = pose_at(0, 0.0f);
            bridge.apply(small_skeleton(), 8.01, pose);
            CHECK_FALSE(bridge.active());
            CHECK(pose.positions[0].x == 0.0f);
        }
    }
}

TEST_CASE("no velocity however mad carries it away, and one that is no number counts for nothing") {
    const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    for (const Vec3 faster : {Vec3{1e6f, 0, 0}, Vec3{0, -3e38f, 3e38f}, Vec3{inf, 0, 0}, Vec3{0, nan, 0}}) {
        Bridge bridge(3, 0.01);
        bridge.begin(pose_at(10, 0.0f), pose_at(0, 0.0f), 0.0, faster);
        for (int i = 0; i <= 400; ++i) {
            CHECK(length(bridge.offset(i * 0.01)) <= 60.1f);
            CHECK(length(bridge.velocity(i * 0.01)) <= 491.0f);
        }
    }
}

TEST_CASE("the place is brought in line slowly: a runner of 2.5 m/s is never shown faster than 3.5") {
    for (const float away : {60.0f, 150.0f, 240.0f}) {
        Bridge bridge(3, 0.01);
        bridge.begin(pose_at(away, 0.0f), pose_at(0, 0.0f), 0.0, {});
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

TEST_CASE("however far the place, it takes no longer than 5 s") {
    Bridge bridge(3, 0.01);
    bridge.begin(pose_at(10000, 0.0f), pose_at(0, 0.0f), 0.0, {});
    Pose pose = pose_at(0, 0.0f);
    bridge.apply(small_skeleton(), 4.9, pose);
    CHECK(pose.positions[0].x > 1.0f);
    bridge.apply(small_skeleton(), 5.01, pose);
    CHECK_FALSE(bridge.active());
}
