// Simple collision of an engine's object as obstacles, at its place in the world and with its scale.
#pragma once

#include "lamp/math.h"
#include "lamp/scene.h"

namespace lamp {

// A sphere, capsule or box in the space of its object, before the scale of the object. Sizes as in Obstacle::size.
struct CollisionShape {
    Shape shape = Shape::Sphere;
    Vec3 centre;
    Quat rotation;
    Vec3 size;
};

// The shape in the world. An uneven scale is applied as Unreal's physics does it: a sphere takes the smallest of the three,
// a capsule along Z (up_axis) the larger one of the other two for its radius and the third for its length, a box each of
// its own sides one. A mirrored object keeps its sizes. A scale of zero gives a size of zero, which validate() refuses.
Obstacle in_world(const CollisionShape& shape, const Transform& world_from_object, Vec3 scale, int up_axis);

}  // namespace lamp
