#include "lamp/math.h"

#include <algorithm>

namespace lamp {
namespace {
constexpr float kTiny = 1e-8f;
}

Quat normalized(Quat q) {
    const float size = length(q);
    if (!(size > kTiny)) return {};
    const float s = 1.0f / size;
    return {q.x * s, q.y * s, q.z * s, q.w * s};
}

Vec3 normalized(Vec3 v) {
    const float size = length(v);
    return size > kTiny ? v * (1.0f / size) : Vec3{};
}

Vec3 rotate(Quat q, Vec3 v) {
    const Vec3 axis{q.x, q.y, q.z};
    const Vec3 t = cross(axis, v) * 2.0f;
    return v + t * q.w + cross(axis, t);
}

Quat slerp(Quat a, Quat b, float share) {
    float cosine = dot(a, b);
    if (cosine < 0.0f) {
        b = {-b.x, -b.y, -b.z, -b.w};
        cosine = -cosine;
    }
    float wa = 1.0f - share, wb = share;
    const float angle = std::acos(std::min(cosine, 1.0f));
    // below this the straight line is as good, and the division is not
    if (angle > 1e-3f) {
        const float sine = std::sin(angle);
        wa = std::sin(wa * angle) / sine;
        wb = std::sin(wb * angle) / sine;
    }
    return normalized(Quat{wa * a.x + wb * b.x, wa * a.y + wb * b.y, wa * a.z + wb * b.z, wa * a.w + wb * b.w});
}

Quat shortest_arc(Vec3 from, Vec3 to) {
    const Vec3 u = normalized(from), v = normalized(to);
    const float cosine = dot(u, v);
    if (cosine < -1.0f + 1e-6f) {
        const Vec3 helper = std::fabs(u.x) < 0.9f ? Vec3{1, 0, 0} : Vec3{0, 1, 0};
        const Vec3 axis = normalized(cross(u, helper));
        return {axis.x, axis.y, axis.z, 0.0f};
    }
    const Vec3 axis = cross(u, v);
    return normalized(Quat{axis.x, axis.y, axis.z, 1.0f + cosine});
}

float angle_between(Quat a, Quat b) {
    const Quat turn = inverse(a) * b;
    // atan2 stays exact for small angles, where acos(w) does not
    return 2.0f * std::atan2(length(Vec3{turn.x, turn.y, turn.z}), std::fabs(turn.w));
}

}  // namespace lamp
