#include "lamp/scene_change.h"

namespace lamp {
namespace {

template <class T>
void merge_things(std::map<std::string, T>& put, std::set<std::string>& removed, const std::map<std::string, T>& later_put,
                  const std::set<std::string>& later_removed) {
    for (const std::string& id : later_removed) {
        put.erase(id);
        removed.insert(id);
    }
    for (const auto& [id, thing] : later_put) {
        put[id] = thing;
        removed.erase(id);   // putting replaces what is there
    }
}

template <class T>
void subtract_things(std::map<std::string, T>& put, std::set<std::string>& removed, const std::map<std::string, T>& later_put,
                     const std::set<std::string>& later_removed) {
    for (const std::string& id : later_removed) {
        put.erase(id);
        removed.erase(id);
    }
    for (const auto& [id, thing] : later_put) {
        put.erase(id);
        removed.erase(id);
    }
}

template <class T>
void part_of(std::vector<SceneChange>& parts, const std::map<std::string, T>& put, const std::set<std::string>& removed,
             std::map<std::string, T> SceneChange::*put_member, std::set<std::string> SceneChange::*removed_member) {
    for (const std::string& id : removed) (parts.emplace_back().*removed_member).insert(id);
    for (const auto& [id, thing] : put) (parts.emplace_back().*put_member)[id] = thing;
}

}  // namespace

void SceneChange::merge(const SceneChange& later) {
    if (later.prompt) prompt = later.prompt;
    if (later.clear) {
        clear = true;
        put_obstacles.clear();
        put_targets.clear();
        put_key_poses.clear();
        remove_obstacles.clear();
        remove_targets.clear();
        remove_key_poses.clear();
        look_at.reset();
        path.reset();
        clear_look_at = clear_path = false;
    }
    merge_things(put_obstacles, remove_obstacles, later.put_obstacles, later.remove_obstacles);
    merge_things(put_targets, remove_targets, later.put_targets, later.remove_targets);
    merge_things(put_key_poses, remove_key_poses, later.put_key_poses, later.remove_key_poses);
    if (later.clear_look_at || later.look_at) {
        look_at = later.look_at;
        clear_look_at = !later.look_at;
    }
    if (later.clear_path || later.path) {
        path = later.path;
        clear_path = !later.path;
    }
    if (later.floor != Floor::Unspecified) floor = later.floor;
}

void SceneChange::subtract(const SceneChange& later) {
    if (later.prompt) prompt.reset();
    if (later.clear) {
        const auto kept_prompt = prompt;
        const Floor kept_floor = floor;
        *this = SceneChange{};
        prompt = kept_prompt;
        floor = kept_floor;
    }
    subtract_things(put_obstacles, remove_obstacles, later.put_obstacles, later.remove_obstacles);
    subtract_things(put_targets, remove_targets, later.put_targets, later.remove_targets);
    subtract_things(put_key_poses, remove_key_poses, later.put_key_poses, later.remove_key_poses);
    if (later.look_at || later.clear_look_at) {
        look_at.reset();
        clear_look_at = false;
    }
    if (later.path || later.clear_path) {
        path.reset();
        clear_path = false;
    }
    if (later.floor != Floor::Unspecified) floor = Floor::Unspecified;
}

std::vector<SceneChange> SceneChange::parts() const {
    std::vector<SceneChange> parts;
    if (clear) parts.emplace_back().clear = true;
    if (prompt) parts.emplace_back().prompt = prompt;
    part_of(parts, put_obstacles, remove_obstacles, &SceneChange::put_obstacles, &SceneChange::remove_obstacles);
    part_of(parts, put_targets, remove_targets, &SceneChange::put_targets, &SceneChange::remove_targets);
    part_of(parts, put_key_poses, remove_key_poses, &SceneChange::put_key_poses, &SceneChange::remove_key_poses);
    if (look_at) parts.emplace_back().look_at = look_at;
    if (clear_look_at) parts.emplace_back().clear_look_at = true;
    if (path) parts.emplace_back().path = path;
    if (clear_path) parts.emplace_back().clear_path = true;
    if (floor != Floor::Unspecified) parts.emplace_back().floor = floor;
    return parts;
}

std::size_t SceneChange::size() const {
    return (clear ? 1u : 0u) + (prompt ? 1u : 0u) + put_obstacles.size() + remove_obstacles.size() + put_targets.size() +
           remove_targets.size() + put_key_poses.size() + remove_key_poses.size() + (look_at ? 1u : 0u) +
           (clear_look_at ? 1u : 0u) + (path ? 1u : 0u) + (clear_path ? 1u : 0u) +
           (floor != Floor::Unspecified ? 1u : 0u);
}

}  // namespace lamp
