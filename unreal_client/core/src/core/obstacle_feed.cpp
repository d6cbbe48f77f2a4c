#include "lamp/obstacle_feed.h"

#include <algorithm>

namespace lamp {
namespace {

constexpr float kStay = 0.8f;             // one that was told counts as so much of its distance: no flicker between two
constexpr double kSamePlaceM = 0.02, kSameSpeedMps = 0.15;
constexpr float kSameTurnRad = 0.05f, kSameSpinRadps = 0.3f;
constexpr double kLeastS = 0.1;           // between two messages about the same one

bool same(Vec3 a, Vec3 b) { return a.x == b.x && a.y == b.y && a.z == b.z; }

bool same_shape(const Obstacle& a, const Obstacle& b) {
    return a.shape == b.shape && same(a.size, b.size) && a.walkable == b.walkable && a.geometry_id == b.geometry_id &&
           a.geometry_scale == b.geometry_scale;
}

Quat turned(Quat from, Vec3 angular_radps, float for_s) {
    const float speed = length(angular_radps), half = 0.5f * speed * for_s;
    if (!(speed > 1e-6f)) return from;
    const Vec3 axis = angular_radps * (std::sin(half) / speed);
    return Quat{axis.x, axis.y, axis.z, std::cos(half)} * from;
}

}  // namespace

void ObstacleFeed::begin(std::size_t most) {
    most_ = most;
    offers_.clear();
}

void ObstacleFeed::offer(const std::string& id, const Obstacle& obstacle, float distance) {
    const bool told = told_.find(id) != told_.end();
    // a place that is no number must be told, so that the session refuses it by name
    offers_.push_back({&id, obstacle, std::isfinite(distance) ? distance * (told ? kStay : 1.0f) : 0.0f});
}

void ObstacleFeed::finish(double session_s, std::vector<ObstacleNews>& news) {
    news.clear();
    if (offers_.size() > most_) {
        const auto nearer = [](const Offer& a, const Offer& b) { return a.distance < b.distance; };
        std::nth_element(offers_.begin(), offers_.begin() + static_cast<long>(most_), offers_.end(), nearer);
    }
    for (auto& entry : told_) entry.second.keep = false;
    const std::size_t count = std::min(offers_.size(), most_);
    for (std::size_t i = 0; i < count; ++i) {
        const auto found = told_.find(*offers_[i].id);
        if (found != told_.end()) found->second.keep = true;
    }
    // first what goes: a session has room for so many
    for (auto entry = told_.begin(); entry != told_.end();) {
        if (entry->second.keep) {
            ++entry;
            continue;
        }
        news.push_back({entry->first, true, {}});
        entry = told_.erase(entry);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const Obstacle& now = offers_[i].obstacle;
        const auto found = told_.find(*offers_[i].id);
        if (found != told_.end() && !is_news(found->second, now, session_s)) continue;
        told_[*offers_[i].id] = {now, session_s, true};
        news.push_back({*offers_[i].id, false, now});
    }
}

bool ObstacleFeed::is_news(const Told& told, const Obstacle& now, double session_s) const {
    if (!same_shape(told.obstacle, now)) return true;
    const double since_s = session_s - told.at_s;
    if (since_s < kLeastS) return false;
    const auto since = static_cast<float>(since_s);
    const Vec3 place = told.obstacle.position + told.obstacle.linear_velocity * since;
    const Quat turn = turned(told.obstacle.orientation, told.obstacle.angular_velocity_radps, since);
    // written so that what is no number is news
    return !(length(place - now.position) * metres_per_unit_ <= kSamePlaceM) || !(angle_between(turn, now.orientation) <= kSameTurnRad) ||
           !(length(told.obstacle.linear_velocity - now.linear_velocity) * metres_per_unit_ <= kSameSpeedMps) ||
           !(length(told.obstacle.angular_velocity_radps - now.angular_velocity_radps) <= kSameSpinRadps);
}

}  // namespace lamp
