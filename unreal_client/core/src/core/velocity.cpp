#include "lamp/velocity.h"

#include <algorithm>

namespace lamp {
namespace {

constexpr double kSmoothS = 0.1;      // a stutter of the game is not news to the server
constexpr double kTeleportMps = 100.0;
constexpr double kStillMps = 0.01;
constexpr float kStillRadps = 0.0175f;

// The turn that q is, as axis times angle, the shorter way.
Vec3 rotation_vector(Quat q) {
    if (q.w < 0.0f) q = {-q.x, -q.y, -q.z, -q.w};
    const Vec3 axis{q.x, q.y, q.z};
    const float sine = length(axis);
    return sine > 1e-7f ? axis * (2.0f * std::atan2(sine, q.w) / sine) : axis * 2.0f;
}

}  // namespace

void VelocityEstimate::update(const Transform& now, double dt_s) {
    if (!(dt_s > 0.0) || !is_finite(now.position) || !is_finite(now.rotation)) return;
    const Transform before = before_;
    before_ = now;
    if (!known_) {
        known_ = true;
        return;
    }
    const float per_s = static_cast<float>(1.0 / dt_s);
    const Vec3 linear = (now.position - before.position) * per_s;
    if (length(linear) * metres_per_unit_ > kTeleportMps) {
        linear_ = angular_radps_ = {};
        return;
    }
    const Vec3 angular = rotation_vector(normalized(now.rotation * inverse(before.rotation))) * per_s;
    const auto share = static_cast<float>(1.0 - std::exp(-dt_s / kSmoothS));
    linear_ = mix(linear_, linear, share);
    angular_radps_ = mix(angular_radps_, angular, share);
}

Vec3 VelocityEstimate::linear() const { return length(linear_) * metres_per_unit_ < kStillMps ? Vec3{} : linear_; }

Vec3 VelocityEstimate::angular_radps() const { return length(angular_radps_) < kStillRadps ? Vec3{} : angular_radps_; }

}  // namespace lamp
