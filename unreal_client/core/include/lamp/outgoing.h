// What a session still has to send. The newest wins per id, so a slow server or a lost connection costs no memory.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lamp/scene_change.h"

namespace lamp {

// One message of the client, in the order in which they must go out.
struct OutgoingMessage {
    enum class Kind { Playhead, Prompt, Scene, Bye };
    Kind kind = Kind::Bye;
    double time_s = 0.0;            // Playhead
    std::uint64_t revision = 0;     // Prompt, Scene
    SceneChange change;             // Prompt: only the prompt; Scene: the rest
};

// What may exist in a scene at a time. The server's Welcome brings its own.
struct SceneLimits {
    std::uint32_t max_obstacles = 1024, max_targets = 1024, max_key_poses = 1024, max_prompt_characters = 512;
    double max_messages_per_s = 200.0;
};

// Thread-safe; no lock is held for longer than it takes to merge one change. `wake` is called, from whatever thread,
// when there is something to take.
class Outgoing {
public:
    Outgoing(std::string prompt, std::function<void()> wake);

    // A change the game wants: returns its revision, which a Plan that knows it reaches. It must be checked already.
    Result<std::uint64_t> post(const SceneChange& change);
    void post_bye();
    // Replaces a playhead that was not sent yet. One that goes back is ignored: the server wants them in order.
    void set_playhead(double time_s);
    std::optional<double> told_s() const;

    // Messages to send now; wait_s: how long until there may be more without a call of wake (negative: none waits).
    std::vector<OutgoingMessage> take(double now_s, double& wait_s);

    // The server refused what was sent under a revision. Of several things in one message only the bad ones may go: each is
    // sent once more by itself, and one that is refused alone is forgotten, as if it never was.
    void refused(std::uint64_t revision);

    // The stream is gone, and what waited with it: the scene is known here.
    void disconnect();
    // A new stream. Its server knows the session up to known_revision, or (not resumed) only its prompt; it is told the
    // rest, in the second case without obstacles of uploaded geometry (tell_geometry).
    void connect(std::uint64_t known_revision, bool resumed);
    // The server has the geometry by now: put the obstacles that refer to it.
    void tell_geometry();
    // The first stream has said welcome: changes count on from its revision.
    void welcome(std::uint64_t known_revision, const SceneLimits& limits);

    // Everything that was asked for.
    std::string prompt() const;
    SceneChange scene() const;
    std::set<std::string> geometry_ids() const;
    std::uint64_t revision() const;
    std::size_t max_obstacles() const;
    // Things that wait to be sent.
    std::size_t waiting() const;

    // Where the root is: waypoints of the path that it has passed need not be told again. up_axis: 0, 1 or 2.
    void walked(Vec3 root, int up_axis, double metres_per_unit);

private:
    struct Sent {
        std::uint64_t revision;
        SceneChange change;
        bool again;   // told to another server once more: base_ has it too
    };

    Status check_room(const SceneChange& after) const;
    void recompute();
    void forget_needless_removals(const SceneChange& change);
    void record(std::uint64_t revision, const SceneChange& change, bool again);
    void tell_again(bool prompt_too, bool geometry_too);
    void take_alone(std::vector<OutgoingMessage>& out);
    void take_pending(std::vector<OutgoingMessage>& out);
    SceneChange remaining_scene() const;

    mutable std::mutex mutex_;
    std::function<void()> wake_;
    SceneLimits limits_;
    bool connected_ = false;
    bool bye_ = false;
    std::uint64_t revision_ = 0;
    SceneChange base_;                  // what the server has taken, or nobody can undo any more
    std::deque<Sent> sent_;             // may still be refused
    std::deque<Sent> alone_;            // single things to be sent once more, each by itself; no revision yet
    SceneChange pending_;               // merged, not sent yet
    bool pending_again_ = false;
    std::uint64_t pending_prompt_ = 0, pending_scene_ = 0;   // their revisions; 0: there is none
    SceneChange current_;               // all of these
    std::string hello_prompt_;
    std::optional<double> told_s_, playhead_s_;
    double playhead_sent_s_ = -1.0, scene_sent_s_ = -1.0;
    std::size_t waypoint_ = 0;          // of the path: the next one
};

}  // namespace lamp
