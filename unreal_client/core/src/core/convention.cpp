#include "lamp/convention.h"

namespace lamp {
namespace {

struct Signed {
    int axis;     // of model space: 0 left, 1 up, 2 forward
    float sign;
};

Signed signed_axis(Direction direction) {
    switch (direction) {
        case Direction::Left: return {0, 1.0f};
        case Direction::Right: return {0, -1.0f};
        case Direction::Up: return {1, 1.0f};
        case Direction::Down: return {1, -1.0f};
        case Direction::Forward: return {2, 1.0f};
        case Direction::Back: return {2, -1.0f};
    }
    return {0, 1.0f};
}

float part(Vec3 v, int axis) { return axis == 0 ? v.x : axis == 1 ? v.y : v.z; }

Vec3 map_from(Vec3 v, const std::array<int, 3>& source, const std::array<float, 3>& sign, float scale) {
    return {part(v, source[0]) * sign[0] * scale, part(v, source[1]) * sign[1] * scale,
            part(v, source[2]) * sign[2] * scale};
}

Vec3 map_to(Vec3 v, const std::array<int, 3>& source, const std::array<float, 3>& sign, float scale) {
    float out[3] = {0, 0, 0};
    for (int i = 0; i < 3; ++i) out[source[i]] = part(v, i) * sign[i] * scale;
    return {out[0], out[1], out[2]};
}

}  // namespace

Convention::Convention(std::array<Direction, 3> axes, double metres_per_unit)
    : axes_(axes), metres_per_unit_(metres_per_unit) {
    for (int i = 0; i < 3; ++i) {
        const Signed to = signed_axis(axes[i]);
        source_[i] = to.axis;
        sign_[i] = to.sign;
    }
    const int a = source_[0], b = source_[1], c = source_[2];
    const bool cyclic = (a == 0 && b == 1 && c == 2) || (a == 1 && b == 2 && c == 0) || (a == 2 && b == 0 && c == 1);
    handedness_ = (cyclic ? 1.0f : -1.0f) * sign_[0] * sign_[1] * sign_[2];
}

Result<Convention> Convention::of(Direction x, Direction y, Direction z, double metres_per_unit) {
    const int a = signed_axis(x).axis, b = signed_axis(y).axis, c = signed_axis(z).axis;
    if (a == b || b == c || a == c) {
        return Status(Code::InvalidArgument,
                      "the three axes are not independent; use each of left/right, up/down, forward/back once");
    }
    if (!(metres_per_unit >= 1e-4 && metres_per_unit <= 1e3)) {
        return Status(Code::InvalidArgument, "metres_per_unit " + std::to_string(metres_per_unit) +
                                                 " is outside 0.0001..1000; 0.01 is 1 cm");
    }
    return Convention({x, y, z}, metres_per_unit);
}

Convention Convention::model() { return Convention({Direction::Left, Direction::Up, Direction::Forward}, 1.0); }
Convention Convention::unity() { return Convention({Direction::Right, Direction::Up, Direction::Forward}, 1.0); }
Convention Convention::unreal() { return Convention({Direction::Forward, Direction::Right, Direction::Up}, 0.01); }
Convention Convention::blender() { return Convention({Direction::Left, Direction::Back, Direction::Up}, 1.0); }

int Convention::up_axis() const {
    for (int i = 0; i < 3; ++i) {
        if (source_[i] == 1) return i;
    }
    return 1;
}

Vec3 Convention::position_from_model(Vec3 v_m) const {
    return map_from(v_m, source_, sign_, static_cast<float>(1.0 / metres_per_unit_));
}
Vec3 Convention::position_to_model(Vec3 v) const {
    return map_to(v, source_, sign_, static_cast<float>(metres_per_unit_));
}
Vec3 Convention::direction_from_model(Vec3 v) const { return map_from(v, source_, sign_, 1.0f); }
Vec3 Convention::direction_to_model(Vec3 v) const { return map_to(v, source_, sign_, 1.0f); }
Vec3 Convention::angular_velocity_from_model(Vec3 v) const { return map_from(v, source_, sign_, handedness_); }
Vec3 Convention::angular_velocity_to_model(Vec3 v) const { return map_to(v, source_, sign_, handedness_); }

Quat Convention::rotation_from_model(Quat q) const {
    const Vec3 axis = map_from({q.x, q.y, q.z}, source_, sign_, handedness_);
    return {axis.x, axis.y, axis.z, q.w};
}
Quat Convention::rotation_to_model(Quat q) const {
    const Vec3 axis = map_to({q.x, q.y, q.z}, source_, sign_, handedness_);
    return {axis.x, axis.y, axis.z, q.w};
}

Vec3 Convention::extents_from_model(Vec3 v_m) const {
    return map_from(v_m, source_, {1.0f, 1.0f, 1.0f}, static_cast<float>(1.0 / metres_per_unit_));
}
Vec3 Convention::extents_to_model(Vec3 v) const {
    return map_to(v, source_, {1.0f, 1.0f, 1.0f}, static_cast<float>(metres_per_unit_));
}

}  // namespace lamp
