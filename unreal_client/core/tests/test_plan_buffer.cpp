#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "allocations.h"
#include "fixtures.h"
#include "lamp/plan_buffer.h"

using namespace lamp;

namespace {
constexpr float kFps = 30.0f;

PlanBuffer filled(int count = 60) {
    PlanBuffer buffer(small_skeleton(), kFps, 0.01, 4.0);
    const Frames frames(1, 0, count, kFps, 0, 2, 0, 0.01f);
    buffer.begin_plan(1, 0, frames.data(), frames.size());
    return buffer;
}

float x_at(PlanBuffer& buffer, double time_s) {
    Pose pose;
    REQUIRE(buffer.sample(time_s, pose));
    return pose.positions[0].x;
}
}  // namespace

TEST_CASE("an empty buffer gives nothing and leaves the pose alone") {
    PlanBuffer buffer(small_skeleton(), kFps, 0.01, 4.0);
    Pose pose;
    pose.index = 7;
    CHECK_FALSE(buffer.sample(0.0, pose));
    CHECK(pose.index == 7);
    CHECK(buffer.last_index() == -1);
    CHECK_FALSE(buffer.last_motion(0.0, 1.0).has_value());
}

TEST_CASE("between two frames place and turn are interpolated and bones keep their length") {
    PlanBuffer buffer = filled();
    Pose pose;
    REQUIRE(buffer.sample(10.25 / 30.0, pose));
    CHECK(pose.index == 10);
    CHECK(pose.positions[0].x == doctest::Approx(20.5f));
    CHECK(angle_between(pose.local_rotations[0], about_z(0.1025f)) < 1e-5f);
    CHECK(length(pose.positions[1] - pose.positions[0]) == doctest::Approx(30.0f));
    CHECK(pose.contacts[0] == doctest::Approx(0.25f));
    CHECK_FALSE(pose.held);
}

TEST_CASE("beyond the last frame the last good pose is held, and one stall is counted however long it lasts") {
    PlanBuffer buffer = filled();
    Pose pose;
    for (double t : {2.1, 2.2, 2.3}) {
        REQUIRE(buffer.sample(t, pose));
        CHECK(pose.held);
        CHECK(pose.positions[0].x == doctest::Approx(118.0f));
    }
    CHECK(buffer.stalls() == 1);
    const Frames more(1, 60, 60, kFps, 120, 2);
    buffer.add(more.data(), more.size());
    CHECK(x_at(buffer, 2.3) == doctest::Approx(118.0f).epsilon(0.001));   // what came late fades in
    CHECK(x_at(buffer, 3.9) == doctest::Approx(234.0f));   // starting from rest
    CHECK(buffer.stalls() == 1);
}

TEST_CASE("a time before the first frame shows the first, one that is no number nothing") {
    PlanBuffer buffer(small_skeleton(), kFps, 0.01, 4.0);
    const Frames frames(1, 100, 10, kFps, 50, 1);
    buffer.begin_plan(1, 100, frames.data(), frames.size());
    CHECK(x_at(buffer, 0.0) == doctest::Approx(50.0f));
    Pose pose;
    CHECK_FALSE(buffer.sample(std::numeric_limits<double>::quiet_NaN(), pose));
    CHECK(x_at(buffer, -1e300) == doctest::Approx(50.0f));
    CHECK(x_at(buffer, 1e300) == doctest::Approx(59.0f));
}

TEST_CASE("a new plan replaces what comes from its start on, and what is older than it is ignored") {
    PlanBuffer buffer = filled();
    const Frames second(2, 28, 20, kFps, 1056, 2);   // begins before what changed
    CHECK(buffer.begin_plan(2, 30, second.data(), second.size()));
    CHECK(buffer.last_index() == 47);
    CHECK(x_at(buffer, 20.0 / 30.0) == doctest::Approx(40.0f));
    CHECK(x_at(buffer, 40.0 / 30.0) == doctest::Approx(1080.0f));

    const Frames late(1, 45, 10, kFps, 0, 0);   // of the old plan, still on its way
    buffer.add(late.data(), late.size());
    CHECK(buffer.last_index() == 47);
    CHECK_FALSE(buffer.begin_plan(1, 0, late.data(), late.size()));
    CHECK(x_at(buffer, 40.0 / 30.0) == doctest::Approx(1080.0f));
}

TEST_CASE("a gap shows the frame after it") {
    PlanBuffer buffer = filled(10);
    const Frames later(1, 20, 10, kFps, 500, 1);
    buffer.add(later.data(), later.size());
    CHECK(x_at(buffer, 15.0 / 30.0) == doctest::Approx(500.0f));
    CHECK_FALSE(buffer.last_motion(15.0 / 30.0, 1.0).has_value());
}

TEST_CASE("memory is fixed: the oldest frames go, whatever indices come") {
    PlanBuffer buffer(small_skeleton(), kFps, 0.01, 4.0);
    const std::size_t capacity = buffer.capacity();
    for (std::int64_t start = 0; start < 20000; start += 100) {
        const Frames frames(1, start, 100, kFps, static_cast<float>(start), 1);
        buffer.add(frames.data(), frames.size());
        CHECK(buffer.size() <= capacity);
        CHECK(buffer.last_index() - buffer.first_index() < static_cast<std::int64_t>(capacity));
    }
    const Frames old(1, 3, 1, kFps, 7, 0);
    buffer.add(old.data(), old.size());
    CHECK(buffer.first_index() > 3);
    const Frames far(1, std::int64_t{1} << 50, 2, kFps, 9, 0);
    buffer.add(far.data(), far.size());
    CHECK(buffer.size() == 2);
    CHECK(x_at(buffer, 0.0) == doctest::Approx(9.0f));
}

TEST_CASE("frames with numbers that are not finite, or indices out of range, are refused") {
    const PlanBuffer buffer = filled();
    Frames frames(1, 5, 3, kFps, 0, 1);
    CHECK(buffer.validate(frames.data(), frames.size()).ok());
    frames.rotations[1][2] = std::numeric_limits<float>::quiet_NaN();
    const Status status = buffer.validate(frames.data(), frames.size());
    CHECK(status.code == Code::Internal);
    CHECK(status.message.find("frame 6") != std::string::npos);
    const Frames negative(1, -4, 1, kFps, 0, 0);
    CHECK_FALSE(buffer.validate(negative.data(), negative.size()).ok());
}

TEST_CASE("another server's plan does not make a jump on the screen: the difference fades away") {
    PlanBuffer buffer = filled(90);
    Pose before, pose;
    REQUIRE(buffer.sample(1.0, before));
    buffer.rejoin(false);
    const Frames other(1, 30, 90, kFps, before.positions[0].x + 40, 2, 0.3f + 0.5f, 0.01f);
    REQUIRE(buffer.begin_plan(1, 30, other.data(), other.size()));   // numbered from 1 again
    float last = before.positions[0].x;
    float last_angle = angle_between(Quat{}, before.local_rotations[0]);
    for (int i = 0; i <= 120; ++i) {
        REQUIRE(buffer.sample(1.0 + i / 60.0, pose));
        CHECK(std::fabs(pose.positions[0].x - last) < 5.0f);
        CHECK(std::fabs(angle_between(Quat{}, pose.local_rotations[0]) - last_angle) < 0.08f);
        CHECK(length(pose.positions[1] - pose.positions[0]) == doctest::Approx(30.0f));
        last = pose.positions[0].x;
        last_angle = angle_between(Quat{}, pose.local_rotations[0]);
    }
    CHECK(last == doctest::Approx(before.positions[0].x + 40 + 2 * 60).epsilon(0.001));
}

TEST_CASE("a session that was resumed goes on with its plans") {
    PlanBuffer buffer = filled();
    buffer.rejoin(true);
    const Frames stale(0, 50, 5, kFps, 0, 0);
    CHECK_FALSE(buffer.begin_plan(0, 50, stale.data(), stale.size()));
    CHECK(buffer.last_index() == 59);
}

TEST_CASE("the last motion ends at a whole tenth of a second") {
    PlanBuffer buffer = filled();
    const auto motion = buffer.last_motion(1.04, 0.5);
    REQUIRE(motion.has_value());
    CHECK(motion->end_s == doctest::Approx(1.0));
    CHECK(motion->positions.size() == 15);
    CHECK(motion->positions.back()[0] == doctest::Approx(60.0f));
    CHECK(motion->positions.front()[0] == doctest::Approx(32.0f));
}

TEST_CASE("beyond what is buffered the last motion stands") {
    PlanBuffer buffer = filled();
    const auto motion = buffer.last_motion(5.0, 1.0);
    REQUIRE(motion.has_value());
    CHECK(motion->end_s == doctest::Approx(5.0));
    for (const auto& row : motion->positions) CHECK(row[0] == doctest::Approx(118.0f));
}

TEST_CASE("sampling and adding allocate nothing once the pose has its size") {
    PlanBuffer buffer = filled(90);
    Pose pose;
    buffer.sample(0.0, pose);
    const Frames plan(2, 40, 60, kFps, 80, 2);
    const Frames more(2, 100, 20, kFps, 200, 2);
    buffer.rejoin(true);
    const std::size_t before = allocations_of_this_thread();
    buffer.begin_plan(2, 40, plan.data(), plan.size());
    buffer.add(more.data(), more.size());
    for (int i = 0; i < 400; ++i) buffer.sample(i / 60.0, pose);
    CHECK(allocations_of_this_thread() == before);
}

TEST_CASE("a plan that runs and comes late to a walker changes no velocity at once") {
    PlanBuffer buffer(small_skeleton(), kFps, 0.01, 8.0);
    const Frames walks(1, 0, 120, kFps, 0, 4), runs(2, 20, 200, kFps, 80, 10.7f), walks_again(3, 40, 200, kFps, 400, 3);
    buffer.begin_plan(1, 0, walks.data(), walks.size());
    float place = 0.0f, speed = 120.0f, most = 0.0f;
    for (int i = 1; i < 470; ++i) {
        if (i == 60) buffer.begin_plan(2, 20, runs.data(), runs.size());
        if (i == 90) buffer.begin_plan(3, 40, walks_again.data(), walks_again.size());   // while the first one fades
        const float now = x_at(buffer, i / 60.0);
        if (i > 1) most = std::max(most, std::fabs((now - place) * 60.0f - speed));
        if (i > 1) speed = (now - place) * 60.0f;
        place = now;
    }
    CHECK(most < 30.0f);   // cm/s; it was 200
    CHECK(place == doctest::Approx(400 + 3 * (469 / 2.0f - 40)).epsilon(0.001));
}

TEST_CASE("a character that was held starts softly") {
    PlanBuffer buffer(small_skeleton(), kFps, 0.01, 8.0);
    const Frames first(1, 0, 31, kFps, 0, 6), rest(1, 31, 200, kFps, 186, 6);
    buffer.begin_plan(1, 0, first.data(), first.size());
    float place = x_at(buffer, 1.5), speed = 0.0f, most = 0.0f;
    buffer.add(rest.data(), rest.size());
    for (int i = 91; i < 360; ++i) {
        const float now = x_at(buffer, i / 60.0);
        most = std::max(most, std::fabs((now - place) * 60.0f - speed));
        speed = (now - place) * 60.0f;
        place = now;
        CHECK(speed > -1.0f);
    }
    CHECK(most < 25.0f);   // cm/s
    CHECK(speed == doctest::Approx(180.0f).epsilon(0.01));
}

TEST_CASE("a plan that changes nothing on the screen changes no bit") {
    PlanBuffer a = filled(120), b = filled(120);
    const Frames late(2, 20, 100, kFps, 60, 2, 0.3f), same(3, 20, 100, kFps, 60, 2, 0.3f);
    Pose pose, other;
    for (PlanBuffer* buffer : {&a, &b}) {
        REQUIRE(buffer->sample(1.0, pose));
        buffer->begin_plan(2, 20, late.data(), late.size());
    }
    a.sample(1.1, pose);
    b.sample(1.1, other);
    a.begin_plan(3, 20, same.data(), same.size());
    for (int i = 67; i < 200; ++i) {
        REQUIRE(a.sample(i / 60.0, pose));
        REQUIRE(b.sample(i / 60.0, other));
        CHECK(is_zero(pose.positions[0] - other.positions[0]));
        CHECK(is_zero(pose.positions[2] - other.positions[2]));
    }
}
