#include <doctest/doctest.h>

#include <cmath>

#include "fixtures.h"
#include "lamp/math.h"

using namespace lamp;

TEST_CASE("slerp turns at constant speed, the shorter way, whatever the sign") {
    const Quat a = about_z(0.2f), b = about_z(1.8f), minus_b{-b.x, -b.y, -b.z, -b.w};
    for (float share : {0.0f, 0.25f, 0.5f, 0.9f, 1.0f}) {
        CHECK(angle_between(slerp(a, b, share), about_z(0.2f + 1.6f * share)) < 1e-5f);
        CHECK(angle_between(slerp(a, minus_b, share), about_z(0.2f + 1.6f * share)) < 1e-5f);
    }
}

TEST_CASE("slerp between rotations that are all but equal stays a rotation") {
    const Quat q = slerp(about_z(0.5f), about_z(0.5f + 1e-6f), 0.3f);
    CHECK(length(q) == doctest::Approx(1.0f));
    CHECK(angle_between(q, about_z(0.5f)) < 1e-4f);
}

TEST_CASE("what has no length is normalised without NaN") {
    CHECK(normalized(Quat{0, 0, 0, 0}).w == 1.0f);
    CHECK(length(normalized(Vec3{})) == 0.0f);
}

TEST_CASE("the shortest arc takes one direction to the other, opposite ones too") {
    for (const auto& [from, to] : {std::pair<Vec3, Vec3>{{1, 0, 0}, {0, 2, 0}}, {{1, 2, 3}, {-3, 0.5f, 1}}, {{0, 0, 1}, {0, 0, -1}}}) {
        const Vec3 got = rotate(shortest_arc(from, to), normalized(from));
        CHECK(length(got - normalized(to)) < 1e-5f);
    }
}

TEST_CASE("rotating by a product is rotating by the second and then by the first") {
    const Quat a = about_z(0.7f), b = normalized(Quat{0.3f, -0.2f, 0.1f, 0.9f});
    const Vec3 v{1, 2, 3};
    CHECK(length(rotate(a * b, v) - rotate(a, rotate(b, v))) < 1e-5f);
    CHECK(length(rotate(inverse(b), rotate(b, v)) - v) < 1e-5f);
}
