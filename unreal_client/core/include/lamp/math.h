// Vectors and rotations. Quaternions are unit, stored x, y, z, w, and turn column vectors (Hamilton product).
#pragma once

#include <cmath>

namespace lamp {

struct Vec3 {
    float x = 0.0f, y = 0.0f, z = 0.0f;
};

struct Quat {
    float x = 0.0f, y = 0.0f, z = 0.0f, w = 1.0f;
};

// Place and turn of something in the space of something else; scale is kept apart.
struct Transform {
    Vec3 position;
    Quat rotation;
};

inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(Vec3 a, Vec3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline Vec3 scaled(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline Vec3 absolute(Vec3 a) { return {std::fabs(a.x), std::fabs(a.y), std::fabs(a.z)}; }
inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
inline Vec3 mix(Vec3 a, Vec3 b, float share) { return a * (1.0f - share) + b * share; }
inline bool is_finite(Vec3 a) { return std::isfinite(a.x) && std::isfinite(a.y) && std::isfinite(a.z); }
inline bool is_zero(Vec3 a) { return a.x == 0.0f && a.y == 0.0f && a.z == 0.0f; }

inline float dot(Quat a, Quat b) { return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w; }
inline float length(Quat a) { return std::sqrt(dot(a, a)); }
inline Quat operator*(Quat a, Quat b) {
    return {a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y, a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
            a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w, a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z};
}
inline Quat inverse(Quat q) { return {-q.x, -q.y, -q.z, q.w}; }
inline bool is_finite(Quat q) {
    return std::isfinite(q.x) && std::isfinite(q.y) && std::isfinite(q.z) && std::isfinite(q.w);
}

// Length 1; something of no length becomes the identity, never NaN.
Quat normalized(Quat q);
// Direction of v; zero for something of no length.
Vec3 normalized(Vec3 v);
Vec3 rotate(Quat q, Vec3 v);
// The shorter way from a (share 0) to b (share 1), at constant angular speed.
Quat slerp(Quat a, Quat b, float share);
// The smallest turn that takes one direction to another; half a turn about any perpendicular where they are opposite.
Quat shortest_arc(Vec3 from, Vec3 to);
// Angle of the turn from a to b, radians.
float angle_between(Quat a, Quat b);

}  // namespace lamp
