#include "lamp/collision.h"

#include <algorithm>

namespace lamp {
namespace {

// The part along the up axis, and the larger of the other two.
void split(Vec3 scale, int up_axis, float& along, float& across) {
    const float parts[3] = {scale.x, scale.y, scale.z};
    along = parts[up_axis];
    across = std::max(parts[(up_axis + 1) % 3], parts[(up_axis + 2) % 3]);
}

Vec3 capsule_size(Vec3 size, Vec3 scale, int up_axis) {
    float along = 0.0f, across = 0.0f;
    split(scale, up_axis, along, across);
    const float half_height = (size.y + size.x) * along;
    const float radius = std::min(size.x * across, half_height);
    return {radius, half_height - radius, 0.0f};
}

}  // namespace

Obstacle in_world(const CollisionShape& shape, const Transform& world_from_object, Vec3 scale, int up_axis) {
    const Vec3 sizes = absolute(scale);
    Obstacle obstacle;
    obstacle.shape = shape.shape;
    obstacle.position = world_from_object.position + rotate(world_from_object.rotation, scaled(shape.centre, scale));
    obstacle.orientation = world_from_object.rotation * shape.rotation;
    switch (shape.shape) {
        case Shape::Sphere:
            obstacle.size.x = shape.size.x * std::min({sizes.x, sizes.y, sizes.z});
            break;
        case Shape::Capsule: obstacle.size = capsule_size(shape.size, sizes, up_axis); break;
        case Shape::Box: obstacle.size = scaled(shape.size, sizes); break;
        default: obstacle.size = shape.size; break;
    }
    return obstacle;
}

}  // namespace lamp
