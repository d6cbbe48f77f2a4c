#include "lamp/plan_buffer.h"

#include <algorithm>
#include <cmath>

namespace lamp {
namespace {
constexpr double kSame = 1e-6;             // of a frame: times this near count as the same
constexpr std::int64_t kMaxIndex = std::int64_t{1} << 52;   // exact in a double

bool all_finite(const float* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(values[i])) return false;
    }
    return true;
}
}  // namespace

PlanBuffer::PlanBuffer(Skeleton skeleton, float fps, double metres_per_unit, double horizon_s, double keep_past_s)
    : skeleton_(std::move(skeleton)),
      joints_(skeleton_.names.size()),
      contacts_(skeleton_.contact_joints.size()),
      fps_(fps),
      // plans may reach beyond the horizon by what one message holds
      slots_(static_cast<std::size_t>((horizon_s + keep_past_s) * fps) + 240),
      rotations_(slots_.size() * joints_),
      positions_(slots_.size() * joints_),
      contact_(slots_.size() * contacts_),
      bridge_(joints_, metres_per_unit) {
    shown_.fit(joints_, contacts_);
    instead_.fit(joints_, contacts_);
    beside_.fit(joints_, contacts_);
}

Status PlanBuffer::validate(const FrameView* frames, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        const FrameView& frame = frames[i];
        const std::string name = "frame " + std::to_string(frame.index) + " of the server ";
        if (frame.index < 0 || frame.index > kMaxIndex) {
            return Status(Code::Internal, name + "has an index outside 0..2^52");
        }
        if (!all_finite(frame.local_rotations, 4 * joints_) || !all_finite(frame.positions, 3 * joints_) ||
            !all_finite(frame.contacts, contacts_)) {
            return Status(Code::Internal, name + "holds a number that is not finite");
        }
    }
    return {};
}

bool PlanBuffer::begin_plan(std::uint64_t plan_id, std::int64_t start_frame, const FrameView* frames,
                            std::size_t count) {
    if (plan_id_ && plan_id < *plan_id_) return false;
    plan_id_ = plan_id;
    plan_start_ = start_frame;
    const std::int64_t first = count > 0 ? std::min(start_frame, frames[0].index) : start_frame;
    const bool visible = may_be_seen(first) && remember_shown();
    drop_from(start_frame);
    take(frames, count);
    if (visible) fade_from_shown();
    return true;
}

void PlanBuffer::add(const FrameView* frames, std::size_t count) {
    const bool visible = count > 0 && may_be_seen(frames[0].index) && remember_shown();
    take(frames, count);
    if (visible) fade_from_shown();
}

// Whether frames from this one on change what is on the screen: they came late, or after it was held.
bool PlanBuffer::may_be_seen(std::int64_t first) const {
    return shown_s_ && (starved_ || static_cast<double>(first) <= *shown_s_ * fps_ + 1.0);
}

// The motion that is on the screen, and how its root came there.
bool PlanBuffer::remember_shown() {
    if (!at(*shown_s_, shown_)) return false;
    velocity_before_ = velocity_from(shown_, -1);
    return true;
}

void PlanBuffer::fade_from_shown() {
    if (!at(*shown_s_, instead_) || !bridge_.needed(shown_, instead_)) return;
    // what was on the screen may be on its way from an earlier difference
    velocity_before_ = velocity_before_ + bridge_.velocity(*shown_s_);
    bridge_.apply(skeleton_, *shown_s_, shown_);
    bridge_.begin(shown_, instead_, *shown_s_, velocity_before_ - velocity_from(instead_, 1));
}

// The root's velocity over so many frames from a pose that is on the screen: 0 where it is held.
Vec3 PlanBuffer::velocity_from(const Pose& pose, int frames) {
    at(*shown_s_ + static_cast<double>(frames) / fps_, beside_);
    return (beside_.positions[0] - pose.positions[0]) * (fps_ / static_cast<float>(frames));
}

void PlanBuffer::rejoin(bool resumed) {
    if (resumed) return;
    plan_id_.reset();   // plans are numbered from 1 again
    for (Slot& slot : slots_) slot.plan_id = 0;
}

void PlanBuffer::take(const FrameView* frames, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const FrameView& frame = frames[i];
        const bool stale = plan_id_ && frame.index >= plan_start_ && frame.plan_id < *plan_id_;
        if (stale || (has(frame.index) && slots_[place_of(frame.index)].plan_id > frame.plan_id)) continue;
        store(frame);
    }
}

void PlanBuffer::store(const FrameView& frame) {
    const auto room = static_cast<std::int64_t>(slots_.size());
    if (count_ > 0 && frame.index <= last_ - room) return;   // older than anything kept
    while (count_ > 0 && first_ <= frame.index - room) drop(first_);
    const std::size_t place = place_of(frame.index);
    Slot& slot = slots_[place];
    if (slot.index < 0) {
        ++count_;
        first_ = count_ == 1 ? frame.index : std::min(first_, frame.index);
        last_ = count_ == 1 ? frame.index : std::max(last_, frame.index);
    }
    slot = {frame.index, frame.time_s, frame.plan_id};
    for (std::size_t j = 0; j < joints_; ++j) {
        const float* q = frame.local_rotations + 4 * j;
        const float* p = frame.positions + 3 * j;
        rotations_[place * joints_ + j] = normalized(Quat{q[0], q[1], q[2], q[3]});
        positions_[place * joints_ + j] = {p[0], p[1], p[2]};
    }
    std::copy(frame.contacts, frame.contacts + contacts_, contact_.begin() + static_cast<long>(place * contacts_));
}

std::size_t PlanBuffer::place_of(std::int64_t index) const {
    return static_cast<std::size_t>(index % static_cast<std::int64_t>(slots_.size()));
}

bool PlanBuffer::has(std::int64_t index) const { return index >= 0 && slots_[place_of(index)].index == index; }

void PlanBuffer::drop(std::int64_t index) {
    slots_[place_of(index)].index = -1;
    if (--count_ == 0) {
        first_ = last_ = -1;
        return;
    }
    // all frames lie within one turn of the ring, so these end soon
    while (!has(first_)) ++first_;
    while (!has(last_)) --last_;
}

void PlanBuffer::drop_from(std::int64_t index) {
    while (count_ > 0 && last_ >= index) drop(last_);
}

// -- reading -------------------------------------------------------------------------------------------------------------

void PlanBuffer::read(std::int64_t index, Pose& out) const {
    const std::size_t place = place_of(index);
    out.fit(joints_, contacts_);
    out.index = index;
    out.time_s = slots_[place].time_s;
    out.plan_id = slots_[place].plan_id;
    out.held = false;
    for (std::size_t j = 0; j < joints_; ++j) {
        out.local_rotations[j] = rotations_[place * joints_ + j];
        out.positions[j] = positions_[place * joints_ + j];
    }
    for (std::size_t c = 0; c < contacts_; ++c) out.contacts[c] = contact_[place * contacts_ + c];
}

void PlanBuffer::between(std::int64_t low, float share, double time_s, Pose& out) const {
    const std::size_t a = place_of(low), b = place_of(low + 1);
    out.fit(joints_, contacts_);
    out.index = low;
    out.time_s = time_s;
    out.plan_id = slots_[a].plan_id;
    out.held = false;
    for (std::size_t j = 0; j < joints_; ++j) {
        out.local_rotations[j] = slerp(rotations_[a * joints_ + j], rotations_[b * joints_ + j], share);
    }
    for (std::size_t c = 0; c < contacts_; ++c) {
        out.contacts[c] = (1.0f - share) * contact_[a * contacts_ + c] + share * contact_[b * contacts_ + c];
    }
    const Vec3 root = mix(positions_[a * joints_], positions_[b * joints_], share);
    skeleton_.forward_kinematics(root, out.local_rotations.data(), out.positions.data());
}

bool PlanBuffer::at(double time_s, Pose& out) {
    if (count_ == 0) return false;
    const double position = time_s * fps_;
    if (position > static_cast<double>(last_) + kSame) {
        read(last_, out);
        return true;
    }
    if (position + kSame < static_cast<double>(first_)) {
        read(first_, out);
        return true;
    }
    auto low = static_cast<std::int64_t>(std::floor(position + kSame));
    float share = static_cast<float>(std::max(position - static_cast<double>(low), 0.0));
    if (!has(low)) {   // a gap: the server skipped frames whose time had passed
        while (!has(low)) ++low;
        share = 0.0f;
    }
    if (share < 1e-6f || !has(low + 1)) {
        read(low, out);
    } else {
        between(low, share, time_s, out);
    }
    return true;
}

bool PlanBuffer::sample(double time_s, Pose& out) {
    if (!std::isfinite(time_s) || !at(time_s, out)) return false;
    const bool starved = time_s * fps_ > static_cast<double>(last_) + kSame;
    out.held = starved;
    if (starved && !starved_) ++stalls_;
    starved_ = starved;
    shown_s_ = time_s;
    bridge_.apply(skeleton_, time_s, out);
    return true;
}

bool PlanBuffer::frame(std::int64_t index, Pose& out) const {
    if (!has(index)) return false;
    read(index, out);
    return true;
}

std::optional<LastMotion> PlanBuffer::last_motion(double end_s, double longest_s) const {
    if (count_ == 0 || !std::isfinite(end_s)) return std::nullopt;
    const auto most = std::max<std::int64_t>(static_cast<std::int64_t>(longest_s * fps_), 1);
    auto end = static_cast<std::int64_t>(std::floor(std::clamp(end_s * fps_, 0.0, 4.5e15) + kSame));
    // a whole tenth of a second is a frame inside every model, too
    if (std::fmod(fps_, 10.0f) == 0.0f) end -= end % static_cast<std::int64_t>(fps_ / 10.0f);
    std::vector<std::int64_t> indices;
    if (end > last_) {   // it stands there, as sample() shows it
        const auto still = std::max<std::int64_t>(static_cast<std::int64_t>(0.4 * fps_), 2);
        indices.assign(static_cast<std::size_t>(std::min(most, still)), last_);
    } else {
        end = std::max(end, first_);
        auto begin = end;
        while (has(begin) && end - begin < most) --begin;
        for (std::int64_t index = begin + 1; index <= end; ++index) indices.push_back(index);
        if (indices.empty()) return std::nullopt;   // a gap
    }
    LastMotion motion;
    motion.fps = fps_;
    motion.end_s = static_cast<double>(end) / fps_;
    for (std::int64_t index : indices) {
        const Vec3* joints = &positions_[place_of(index) * joints_];
        std::vector<float> row;
        row.reserve(3 * joints_);
        for (std::size_t j = 0; j < joints_; ++j) row.insert(row.end(), {joints[j].x, joints[j].y, joints[j].z});
        motion.positions.push_back(std::move(row));
    }
    return motion;
}

}  // namespace lamp
