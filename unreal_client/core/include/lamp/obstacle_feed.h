// Which of a game's obstacles a character is told of, and when again: the nearest where there are more than a session may
// have, and only what the server, which carries each one on with its velocity, could not know.
//
//   feed.begin(session.max_obstacles());
//   for (each obstacle of the scene) feed.offer(id, obstacle, distance);
//   feed.finish(session_s, changes);                 // then put and remove them at the session
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lamp/scene.h"

namespace lamp {

struct ObstacleNews {
    std::string id;
    bool removed = false;
    Obstacle obstacle;   // when it is not removed
};

// Not thread-safe. Allocates only for what is news.
class ObstacleFeed {
public:
    explicit ObstacleFeed(double metres_per_unit) : metres_per_unit_(metres_per_unit) {}

    void begin(std::size_t most);
    // An obstacle that is there; distance from the character, engine units. `id` must live until finish.
    void offer(const std::string& id, const Obstacle& obstacle, float distance);
    // What has to be told, as of session time session_s; taken as told. What was told and is not offered any more, or is
    // too far away now, is removed.
    void finish(double session_s, std::vector<ObstacleNews>& news);

    // A session that knows nothing begins; or one obstacle was refused, and is told again.
    void forget() { told_.clear(); }
    void forget(const std::string& id) { told_.erase(id); }
    std::size_t offered() const { return offers_.size(); }
    std::size_t told() const { return told_.size(); }

private:
    struct Offer {
        const std::string* id;
        Obstacle obstacle;
        float distance;
    };
    struct Told {
        Obstacle obstacle;
        double at_s = 0.0;
        bool keep = false;
    };

    bool is_news(const Told& told, const Obstacle& now, double session_s) const;

    double metres_per_unit_;
    std::size_t most_ = 0;
    std::vector<Offer> offers_;
    std::map<std::string, Told> told_;
};

}  // namespace lamp
