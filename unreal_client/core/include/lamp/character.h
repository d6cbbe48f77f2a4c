// A character of a game, for an engine to put on its mesh: the session, its clock, the way to the bones of the mesh, and the
// obstacles around it. What an engine adds is where its objects are.
//
//   auto hero = lamp::Character::begin(*client, options).take();        // returns at once
//   // every frame, on the game thread:
//   if (hero->advance(now_s)) { /* hero->local(), hero->origin() */ }
//   while (hero->next_event(event)) ...
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamp/client.h"
#include "lamp/clock_sync.h"
#include "lamp/obstacle_feed.h"
#include "lamp/rig.h"

namespace lamp {

struct CharacterOptions {
    std::string name = "character";        // in messages
    SessionOptions session;
    std::vector<RigBone> bones;            // of the mesh in its reference pose; none: the streamed skeleton itself
    BoneMap bone_map = unreal5_bone_map();
    // From where a streamed character faces to where the mesh faces in its component: Unreal's meshes face +Y.
    Quat component_from_session = {0.0f, 0.0f, 0.70710678f, 0.70710678f};
};

// Not thread-safe, as a game's objects are not: belongs to the game thread.
class Character {
public:
    // Fails for options that cannot work; the message names the character.
    static Result<std::unique_ptr<Character>> begin(Client& client, const CharacterOptions& options);

    // Once a frame; now_s: the clock of the game. Whether there is a pose to show: it is held where frames are missing.
    bool advance(double now_s);
    // 1 is real time, 0 a paused game.
    void set_rate(double rate) { clock_.set_rate(rate); }

    // The bones, parents first, and their parent-relative transforms: those of the mesh, else of the streamed skeleton.
    const std::vector<std::string>& bone_names() const { return names_; }
    const std::vector<int>& bone_parents() const { return parents_; }
    const std::vector<Transform>& local() const { return local_; }
    // Where the component stands: below the pelvis, at the height at which the session began. Its turn in the world is
    // world_from_component(), always the same: the pelvis does the turning.
    Vec3 origin() const { return origin_; }
    Quat world_from_component() const;
    const Pose& pose() const { return pose_; }
    double session_s() const { return clock_.session_s(); }

    // The obstacles of the scene, once a frame: nothing is told before the session is live.
    void begin_obstacles();
    void offer(const std::string& id, const Obstacle& obstacle, float distance) { feed_.offer(id, obstacle, distance); }
    void finish_obstacles();
    const ObstacleFeed& obstacles() const { return feed_; }

    // What happened, oldest first; nothing after Ended.
    bool next_event(Event& event);
    // Why it does not move, or the last thing the session could not use, by name; empty when nothing was wrong since the
    // last welcome. It keeps its last good motion meanwhile.
    const std::string& problem() const { return mesh_problem_.empty() ? problem_ : mesh_problem_; }
    Session& session() { return *session_; }

private:
    Character(const CharacterOptions& options, std::unique_ptr<Session> session);

    bool bind();
    void show();

    std::string name_;
    std::vector<RigBone> bones_;           // until they are bound
    BoneMap bone_map_;
    Quat component_from_session_;
    bool has_mesh_;
    float ground_;
    int up_axis_;
    std::unique_ptr<Session> session_;
    ClockSync clock_;
    Pose pose_;
    std::optional<Rig> rig_;
    std::vector<Vec3> rest_offsets_;       // without a mesh
    std::vector<std::string> names_;
    std::vector<int> parents_;
    std::vector<Transform> local_;
    Vec3 origin_;
    ObstacleFeed feed_;
    std::vector<ObstacleNews> news_;
    std::string problem_, mesh_problem_;
};

}  // namespace lamp
