// One live character, seen from the game.
//
//   auto client = lamp::Client::create(options);                       // once
//   auto session = client.value()->drive({});                          // per character; returns at once
//   // every frame, on the game thread:
//   double t = clock.advance(now_s, session->buffered_until_s());
//   session->set_playhead(t);
//   if (session->sample(t, pose)) { ... }                              // pose is kept between frames
//
// Every function here may be called from any thread and none waits for the network, but close_and_wait and the
// destructor, which wait for at most SessionOptions::close_timeout_s. When the connection is lost the session looks for a
// server again, goes on with the character there or starts it anew from what is buffered, and tells it the whole scene;
// sample() plays what is buffered and then holds the last good pose.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lamp/convention.h"
#include "lamp/events.h"
#include "lamp/pose.h"
#include "lamp/reconnect.h"
#include "lamp/scene.h"
#include "lamp/skeleton.h"
#include "lamp/status.h"

namespace lamp {

struct SessionOptions {
    Convention convention = Convention::unreal();
    std::string prompt;
    float fps = 0.0f;                 // frames per second the server sends, 1 to 240; 0: 30
    Vec3 start_position;              // the point on the floor below the pelvis
    std::optional<Vec3> start_facing; // left out: the engine's forward
    float horizon_s = 0.0f;           // how far ahead frames are sent; 0: the server's default, 4
    std::uint64_t seed = 0;
    std::string client_name = "lamp-cpp 0.1.0";
    std::string expected_skeleton_hash = kKnownSkeletonHash;   // empty: whatever the server has
    double connect_timeout_s = 30.0;      // for the first welcome
    double close_timeout_s = 2.0;
    ReconnectPolicy reconnect;
    std::uint32_t protocol_version = 1;   // another one is for tests: the server refuses it
};

enum class SessionState { Connecting, Live, Reconnecting, Closing, Ended };

struct SessionStats {
    std::uint64_t frames_sampled = 0, frames_held = 0, frames_contended = 0, stalls = 0;
    std::uint64_t messages_received = 0, plans = 0, notices = 0, reconnects = 0;
    std::size_t buffered_frames = 0, max_buffered_frames = 0, buffer_capacity = 0;
};

class SessionCore;

class Session {
public:
    explicit Session(std::shared_ptr<SessionCore> core);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // -- every frame: no allocation; a wait of at most 4 ms where another thread holds the frames and does not run ------

    // How far the game has played, session seconds. It is sent at most 20 times a second.
    void set_playhead(double time_s);
    // The pose at a session time. False before the first frame; then `pose` is unchanged.
    bool sample(double time_s, Pose& pose);
    // Session time of the last buffered frame; the start time when nothing is buffered yet.
    double buffered_until_s() const;
    // Session time of the first frame that came; nothing before that. Where a game's clock begins.
    std::optional<double> first_frame_s() const;

    // -- what the character should do; returns the revision that a plan which knows it reaches -------------------------

    Result<std::uint64_t> set_prompt(const std::string& text);
    Result<std::uint64_t> put_obstacle(const std::string& id, const Obstacle& obstacle);
    Result<std::uint64_t> remove_obstacle(const std::string& id);
    Result<std::uint64_t> put_target(const std::string& id, const Target& target);
    Result<std::uint64_t> remove_target(const std::string& id);
    Result<std::uint64_t> look_at(const LookAt& look);
    Result<std::uint64_t> clear_look_at();
    Result<std::uint64_t> set_path(const Path& path);
    Result<std::uint64_t> clear_path();
    Result<std::uint64_t> put_key_pose(const std::string& id, const KeyPose& pose);
    Result<std::uint64_t> remove_key_pose(const std::string& id);
    Result<std::uint64_t> set_floor(Floor floor);
    // Everything but prompt and floor.
    Result<std::uint64_t> clear_scene();

    // -- what came back ------------------------------------------------------------------------------------------------

    SessionState state() const;
    // Why it ended; Ok while it lives and after close().
    Status status() const;
    // The next event, oldest first. At most 256 wait; of more the oldest are dropped.
    bool next_event(Event& event);
    // The skeleton of the stream; nothing before the first welcome.
    std::optional<Skeleton> skeleton() const;
    std::optional<double> fps() const;
    // How many obstacles the server lets a session have; 1024 before the first welcome.
    std::size_t max_obstacles() const;
    SessionStats stats() const;
    const Convention& convention() const;

    // Says bye; state() becomes Ended a moment later.
    void close();
    // The same, and waits for it; the stream is cut after close_timeout_s.
    void close_and_wait();

private:
    std::shared_ptr<SessionCore> core_;
};

}  // namespace lamp
