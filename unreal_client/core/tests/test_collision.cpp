#include <doctest/doctest.h>

#include "fixtures.h"
#include "lamp/collision.h"

using namespace lamp;

namespace {

bool near(Vec3 a, Vec3 b) { return length(a - b) < 1e-3f; }

const Transform kPlace{{100, 200, 300}, about_z(1.5707963f)};   // a quarter turn: its X is the world's Y

}  // namespace

TEST_CASE("a shape is where its object has it, scaled before it is turned") {
    CollisionShape sphere;
    sphere.centre = {10, 0, 5};
    sphere.size = {20, 0, 0};
    const Obstacle o = in_world(sphere, kPlace, {2, 3, 4}, 2);
    CHECK(near(o.position, {100, 220, 320}));
    CHECK(o.size.x == doctest::Approx(40.0f));   // the smallest scale
}

TEST_CASE("a box is scaled along its own sides, and keeps its turn within the object") {
    CollisionShape box;
    box.shape = Shape::Box;
    box.rotation = about_z(0.3f);
    box.size = {10, 20, 30};
    const Obstacle o = in_world(box, kPlace, {2, -1, 0.5f}, 2);
    CHECK(near(o.size, {20, 20, 15}));
    CHECK(angle_between(o.orientation, about_z(1.5707963f + 0.3f)) < 1e-3f);
}

TEST_CASE("a capsule grows in length along the up axis and in radius across it") {
    CollisionShape capsule;
    capsule.shape = Shape::Capsule;
    capsule.size = {30, 60, 0};
    Obstacle o = in_world(capsule, {}, {1, 2, 3}, 2);
    CHECK(near(o.size, {60, 210, 0}));   // 90 tall to each side, times 3, less the radius
    // squeezed flatter than it is wide: a sphere as tall as it is
    o = in_world(capsule, {}, {4, 4, 1}, 2);
    CHECK(near(o.size, {90, 0, 0}));
    o = in_world(capsule, {}, {1, 3, 2}, 1);
    CHECK(near(o.size, {60, 210, 0}));
}

TEST_CASE("what is scaled to zero, or is no number, is refused by name") {
    CollisionShape box;
    box.shape = Shape::Box;
    box.size = {10, 20, 30};
    CHECK(validate("crate", in_world(box, {}, {1, 0, 1}, 2), 0.01).message.find("'crate'") != std::string::npos);
    CHECK(validate("crate", in_world(box, {}, {1, 0, 1}, 2), 0.01).message.find("scale") != std::string::npos);
    CHECK_FALSE(validate("crate", in_world(box, {{std::nanf(""), 0, 0}, {}}, {1, 1, 1}, 2), 0.01).ok());
    CHECK(validate("crate", in_world(box, {}, {1, 1, 1}, 2), 0.01).ok());
    CollisionShape capsule;
    capsule.shape = Shape::Capsule;
    capsule.size = {30, 60, 0};
    CHECK_FALSE(validate("pillar", in_world(capsule, {}, {0, 0, 0}, 2), 0.01).ok());
}
