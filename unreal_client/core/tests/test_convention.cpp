#include <doctest/doctest.h>

#include "lamp/convention.h"

using namespace lamp;

namespace {
bool near(Vec3 a, Vec3 b) { return length(a - b) < 1e-4f * (1.0f + length(b)); }
bool near(Quat a, Quat b) { return length(Quat{a.x - b.x, a.y - b.y, a.z - b.z, a.w - b.w}) < 1e-6f; }
}  // namespace

// Golden values: the table of docs/conventions.md, worked out by hand for one vector and one rotation.
TEST_CASE("each engine's axes are as documented") {
    const Vec3 v{1, 2, 3};
    const Quat q{0.1f, 0.2f, 0.3f, 0.9f};
    CHECK(near(Convention::unreal().position_from_model(v), {300, -100, 200}));
    CHECK(near(Convention::unreal().rotation_from_model(q), {-0.3f, 0.1f, -0.2f, 0.9f}));
    CHECK(near(Convention::unity().position_from_model(v), {-1, 2, 3}));
    CHECK(near(Convention::unity().rotation_from_model(q), {0.1f, -0.2f, -0.3f, 0.9f}));
    CHECK(near(Convention::blender().position_from_model(v), {1, -3, 2}));
    CHECK(near(Convention::blender().rotation_from_model(q), {0.1f, -0.3f, 0.2f, 0.9f}));
    CHECK(near(Convention::unreal().extents_from_model(v), {300, 100, 200}));
    CHECK(near(Convention::unreal().angular_velocity_from_model(v), {-3, 1, -2}));
}

TEST_CASE("handedness and the vertical axis") {
    CHECK(Convention::model().right_handed());
    CHECK(Convention::blender().right_handed());
    CHECK_FALSE(Convention::unreal().right_handed());
    CHECK_FALSE(Convention::unity().right_handed());
    CHECK(Convention::unreal().up_axis() == 2);
    CHECK(Convention::unity().up_axis() == 1);
}

TEST_CASE("rotating and mapping may change places, for every choice of axes") {
    const Direction all[] = {Direction::Left, Direction::Right, Direction::Up, Direction::Down, Direction::Forward, Direction::Back};
    const Vec3 v{0.3f, -1.2f, 2.0f}, spin{0.5f, 0.1f, -0.7f};
    const Quat q = normalized(Quat{0.2f, -0.5f, 0.4f, 0.7f});
    int valid = 0;
    for (Direction x : all) {
        for (Direction y : all) {
            for (Direction z : all) {
                const Result<Convention> made = Convention::of(x, y, z, 0.5);
                if (!made.ok()) continue;
                ++valid;
                const Convention& c = made.value();
                CHECK(near(c.position_from_model(rotate(q, v)), rotate(c.rotation_from_model(q), c.position_from_model(v))));
                CHECK(near(c.position_to_model(c.position_from_model(v)), v));
                CHECK(near(c.rotation_to_model(c.rotation_from_model(q)), q));
                CHECK(near(c.extents_to_model(c.extents_from_model(v)), v));
                CHECK(near(c.angular_velocity_to_model(c.angular_velocity_from_model(spin)), spin));
                // the velocity of a point on something that turns is the same velocity, seen from there
                CHECK(near(c.position_from_model(cross(spin, v)), cross(c.angular_velocity_from_model(spin), c.position_from_model(v))));
            }
        }
    }
    CHECK(valid == 48);
}

TEST_CASE("axes that are not independent, and units out of range, are refused") {
    CHECK_FALSE(Convention::of(Direction::Left, Direction::Right, Direction::Up, 1.0).ok());
    const Result<Convention> huge = Convention::of(Direction::Left, Direction::Up, Direction::Forward, 1e9);
    REQUIRE_FALSE(huge.ok());
    CHECK(huge.status().message.find("metres_per_unit") != std::string::npos);
}
