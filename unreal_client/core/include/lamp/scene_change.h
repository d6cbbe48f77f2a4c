// Changes to a scene and a prompt as one value. A whole scene is the change that makes it from nothing.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lamp/scene.h"

namespace lamp {

struct SceneChange {
    std::optional<std::string> prompt;
    bool clear = false;                         // everything but prompt and floor goes first
    std::map<std::string, Obstacle> put_obstacles;
    std::set<std::string> remove_obstacles;     // before what is put
    std::map<std::string, Target> put_targets;
    std::set<std::string> remove_targets;
    std::map<std::string, KeyPose> put_key_poses;
    std::set<std::string> remove_key_poses;
    std::optional<LookAt> look_at;
    bool clear_look_at = false;
    std::optional<Path> path;
    bool clear_path = false;
    Floor floor = Floor::Unspecified;

    // This change, and then a later one, in one: the newest wins per id.
    void merge(const SceneChange& later);
    // What is left of it when every later change to the same thing is taken out.
    void subtract(const SceneChange& later);
    // The changes it consists of, each to one thing.
    std::vector<SceneChange> parts() const;
    // How many things it changes.
    std::size_t size() const;
    bool empty() const { return size() == 0; }
    // Whether there is something for a SceneUpdate in it, beside the prompt.
    bool has_scene() const { return size() > (prompt ? 1u : 0u); }
};

}  // namespace lamp
