// Frames a client has received, by index; where plans overlap the newest one counts. A ring: memory is fixed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lamp/bridge.h"
#include "lamp/pose.h"
#include "lamp/skeleton.h"

namespace lamp {

// A frame as it arrives: counts are checked by whoever makes it.
struct FrameView {
    std::int64_t index = 0;
    double time_s = 0.0;
    std::uint64_t plan_id = 0;
    const float* local_rotations = nullptr;   // 4 per joint
    const float* positions = nullptr;         // 3 per joint
    const float* contacts = nullptr;          // 1 per contact joint
};

// The last moments of a character, for a server to go on from.
struct LastMotion {
    float fps = 0.0f;
    double end_s = 0.0;                            // session time of the last frame
    std::vector<std::vector<float>> positions;     // per frame, 3 per joint
};

// Not thread-safe: a Session guards its own. Adding and sampling allocate nothing.
class PlanBuffer {
public:
    PlanBuffer(Skeleton skeleton, float fps, double metres_per_unit, double horizon_s, double keep_past_s = 4.0);

    // Whether every number of the frames is finite and their indices are sane; a bad frame must not be added.
    Status validate(const FrameView* frames, std::size_t count) const;
    // The motion from start_frame on is replaced; a plan older than the newest one is ignored (false). Where this, or add(),
    // changes what is on the screen (it came too late, or from another server), sample() lets the difference fade away.
    bool begin_plan(std::uint64_t plan_id, std::int64_t start_frame, const FrameView* frames, std::size_t count);
    // More frames; one of an older plan than the frame it would replace is ignored.
    void add(const FrameView* frames, std::size_t count);
    // Frames will come over another stream; those here stay until the first plan replaces them.
    void rejoin(bool resumed);

    // The pose at a session time: rotations are interpolated and the joints follow from them. Beyond what is buffered the
    // last frame is held and a stall is counted; before it, the first. False, and `out` unchanged, when there is nothing.
    bool sample(double time_s, Pose& out);
    // A received frame; false when it is not here.
    bool frame(std::int64_t index, Pose& out) const;
    // What is buffered up to about end_s, at most longest_s of it. Nothing when nothing is buffered there.
    std::optional<LastMotion> last_motion(double end_s, double longest_s) const;

    float fps() const { return fps_; }
    std::int64_t first_index() const { return first_; }   // -1 when empty
    std::int64_t last_index() const { return last_; }     // -1 when empty
    std::size_t size() const { return count_; }
    std::size_t capacity() const { return slots_.size(); }
    std::uint64_t stalls() const { return stalls_; }
    std::optional<double> shown_s() const { return shown_s_; }
    const Skeleton& skeleton() const { return skeleton_; }

private:
    struct Slot {
        std::int64_t index = -1;   // -1: free
        double time_s = 0.0;
        std::uint64_t plan_id = 0;
    };

    std::size_t place_of(std::int64_t index) const;
    bool has(std::int64_t index) const;
    void take(const FrameView* frames, std::size_t count);
    bool may_be_seen(std::int64_t first) const;
    bool remember_shown();
    void fade_from_shown();
    Vec3 velocity_from(const Pose& pose, int frames);
    void store(const FrameView& frame);
    void drop(std::int64_t index);
    void drop_from(std::int64_t index);
    void read(std::int64_t index, Pose& out) const;
    bool at(double time_s, Pose& out);
    void between(std::int64_t low, float share, double time_s, Pose& out) const;

    Skeleton skeleton_;
    std::size_t joints_, contacts_;
    float fps_;
    std::vector<Slot> slots_;
    std::vector<Quat> rotations_;     // slots x joints
    std::vector<Vec3> positions_;     // slots x joints
    std::vector<float> contact_;      // slots x contact joints
    std::int64_t first_ = -1, last_ = -1;
    std::size_t count_ = 0;
    std::optional<std::uint64_t> plan_id_;
    std::int64_t plan_start_ = 0;
    bool starved_ = false;
    std::uint64_t stalls_ = 0;
    std::optional<double> shown_s_;
    Bridge bridge_;
    Pose shown_, instead_, beside_;   // scratch, sized once
    Vec3 velocity_before_;
};

}  // namespace lamp
