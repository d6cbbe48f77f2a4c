#include <doctest/doctest.h>

#include "fixtures.h"
#include "lamp/velocity.h"

using namespace lamp;

namespace {

Transform at(float x, float angle = 0.0f) { return {{x, 0, 0}, about_z(angle)}; }

}  // namespace

TEST_CASE("what moves and turns evenly has that velocity after a moment, at any frame rate") {
    for (const float fps : {30.0f, 144.0f}) {
        VelocityEstimate velocity(0.01);
        for (int i = 0; i < static_cast<int>(fps); ++i) {
            const float t = static_cast<float>(i) / fps;
            velocity.update(at(150.0f * t, -2.0f * t), 1.0 / static_cast<double>(fps));
        }
        CHECK(velocity.linear().x == doctest::Approx(150.0f).epsilon(0.01));
        CHECK(velocity.angular_radps().z == doctest::Approx(-2.0f).epsilon(0.01));
    }
}

TEST_CASE("a stutter is smoothed, and what stands has none") {
    VelocityEstimate velocity(0.01);
    for (int i = 0; i < 60; ++i) velocity.update(at(0.0f), 1.0 / 60);
    CHECK(is_zero(velocity.linear()));
    velocity.update(at(5.0f), 1.0 / 60);   // 3 m/s for one frame
    CHECK(velocity.linear().x < 60.0f);
    for (int i = 0; i < 60; ++i) velocity.update(at(5.0f), 1.0 / 60);
    CHECK(is_zero(velocity.linear()));
    CHECK(is_zero(velocity.angular_radps()));
}

TEST_CASE("a teleport is no velocity, a pause no change, and bad numbers are left out") {
    VelocityEstimate velocity(0.01);
    velocity.update(at(0.0f), 0.01);
    velocity.update(at(1.0f), 0.01);
    const float before = velocity.linear().x;
    REQUIRE(before > 0.0f);
    velocity.update(at(2.0f), 0.0);
    velocity.update({{std::nanf(""), 0, 0}, {}}, 0.01);
    CHECK(velocity.linear().x == before);
    velocity.update(at(5000.0f), 0.01);
    CHECK(is_zero(velocity.linear()));
    velocity.update(at(5001.0f), 0.01);
    CHECK(velocity.linear().x > 0.0f);
    velocity.restart();
    velocity.update(at(0.0f), 0.01);
    CHECK(is_zero(velocity.linear()));
}
