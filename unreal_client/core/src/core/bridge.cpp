#include "lamp/bridge.h"

#include <algorithm>
#include <cmath>

namespace lamp {
namespace {
constexpr double kLeastS = 0.3, kMostS = 5.0;
constexpr double kSpeedMps = 0.6;   // mean, at which the place is brought in line: a runner stays a runner
// At most so much is added for the place, and as much for the velocity: 4 together, what a walker's pelvis does each step.
constexpr double kAccelerationMps2 = 2.0;
constexpr double kFasterMps = 4.0;   // nobody's stride changes by more at once: what is above comes from a broken motion
constexpr double kAsideM = 0.5;      // how far a velocity may carry the character: this goes before the acceleration
constexpr double kSameM = 1e-3;

// Share of a difference that is left when u of its time has passed.
float left(float u) { return 1.0f - u * u * (3.0f - 2.0f * u); }
}  // namespace

Bridge::Bridge(std::size_t joints, double metres_per_unit) : metres_per_unit_(metres_per_unit), turned_(joints) {}

bool Bridge::needed(const Pose& shown, const Pose& instead) const {
    float farthest = 0.0f;
    for (std::size_t i = 0; i < turned_.size(); ++i) {
        farthest = std::max(farthest, length(shown.positions[i] - instead.positions[i]));
    }
    return farthest * metres_per_unit_ > kSameM;
}

void Bridge::begin(const Pose& shown, const Pose& instead, double time_s, Vec3 faster) {
    for (std::size_t i = 0; i < turned_.size(); ++i) {
        turned_[i] = normalized(shown.local_rotations[i] * inverse(instead.local_rotations[i]));
    }
    since_s_ = time_s;
    faster_ = believed(faster);
    const double faster_mps = length(faster_) * metres_per_unit_;
    const double gently_s = std::max(2.0 * faster_mps / kAccelerationMps2, kLeastS);
    velocity_s_ = std::min(gently_s, 3.0 * kAsideM / std::max(faster_mps, 1e-6));
    way_ = faster_ * static_cast<float>(velocity_s_ / 3.0);
    place_ = shown.positions[0] - instead.positions[0] + way_;
    const double away_m = length(place_) * metres_per_unit_;
    place_s_ = std::clamp(std::max(away_m / kSpeedMps, std::sqrt(6.0 * away_m / kAccelerationMps2)), kLeastS, kMostS);
    active_ = true;
}

// The difference in velocity, as far as a character can do that.
Vec3 Bridge::believed(Vec3 faster) const {
    const double faster_mps = length(faster) * metres_per_unit_;
    if (faster_mps <= kFasterMps) return faster;
    return std::isfinite(faster_mps) ? faster * static_cast<float>(kFasterMps / faster_mps) : Vec3{};
}

float Bridge::passed(double time_s, double lasts_s) const {
    return static_cast<float>(std::clamp((time_s - since_s_) / lasts_s, 0.0, 1.0));
}

Vec3 Bridge::offset(double time_s) const {
    if (!active_) return {};
    const float u = passed(time_s, place_s_), v = passed(time_s, velocity_s_);
    return place_ * left(u) - way_ * ((1.0f - v) * (1.0f - v) * (1.0f - v));
}

Vec3 Bridge::velocity(double time_s) const {
    if (!active_) return {};
    const float u = passed(time_s, place_s_), v = passed(time_s, velocity_s_);
    return place_ * (-6.0f * u * (1.0f - u) / static_cast<float>(place_s_)) + faster_ * ((1.0f - v) * (1.0f - v));
}

void Bridge::apply(const Skeleton& skeleton, double time_s, Pose& pose) {
    if (!active_) return;
    if (time_s >= since_s_ + std::max(place_s_, velocity_s_)) {
        active_ = false;
        return;
    }
    const float share = left(passed(time_s, place_s_));
    for (std::size_t i = 0; i < turned_.size(); ++i) {
        pose.local_rotations[i] = slerp(Quat{}, turned_[i], share) * pose.local_rotations[i];
    }
    skeleton.forward_kinematics(pose.positions[0] + offset(time_s), pose.local_rotations.data(), pose.positions.data());
}

}  // namespace lamp
