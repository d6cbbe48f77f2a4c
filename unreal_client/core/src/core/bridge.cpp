#include "lamp/bridge.h"

#include <algorithm>

namespace lamp {
namespace {
constexpr double kLeastS = 0.3, kMostS = 4.0;
constexpr double kSpeedMps = 0.6;   // at which the place is brought in line: a runner stays a runner
constexpr double kSameM = 1e-3;
}  // namespace

Bridge::Bridge(std::size_t joints) : turned_(joints) {}

void Bridge::begin(const Pose& shown, const Pose& instead, double time_s, double metres_per_unit) {
    float farthest = 0.0f;
    for (std::size_t i = 0; i < turned_.size(); ++i) {
        farthest = std::max(farthest, length(shown.positions[i] - instead.positions[i]));
    }
    if (farthest * metres_per_unit <= kSameM) return;
    offset_ = shown.positions[0] - instead.positions[0];
    for (std::size_t i = 0; i < turned_.size(); ++i) {
        turned_[i] = normalized(shown.local_rotations[i] * inverse(instead.local_rotations[i]));
    }
    since_s_ = time_s;
    lasts_s_ = std::clamp(length(offset_) * metres_per_unit / kSpeedMps, kLeastS, kMostS);
    active_ = true;
}

void Bridge::apply(const Skeleton& skeleton, double time_s, Pose& pose) {
    if (!active_) return;
    if (time_s >= since_s_ + lasts_s_) {
        active_ = false;
        return;
    }
    const float u = static_cast<float>(std::clamp((time_s - since_s_) / lasts_s_, 0.0, 1.0));
    const float share = 1.0f - u * u * (3.0f - 2.0f * u);
    for (std::size_t i = 0; i < turned_.size(); ++i) {
        pose.local_rotations[i] = slerp(Quat{}, turned_[i], share) * pose.local_rotations[i];
    }
    skeleton.forward_kinematics(pose.positions[0] + offset_ * share, pose.local_rotations.data(), pose.positions.data());
}

}  // namespace lamp
