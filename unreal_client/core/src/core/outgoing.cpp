#include "lamp/outgoing.h"

#include <algorithm>
#include <cmath>

namespace lamp {
namespace {
constexpr double kPlayheadIntervalS = 0.05;   // playheads that come faster are merged
constexpr double kSceneIntervalS = 0.02;      // and so are changes, beyond the first
constexpr std::size_t kUndoable = 256;        // messages after which a refusal is not expected any more
constexpr std::size_t kMaxRemovals = 4096;    // of names nobody knows
constexpr double kPassedM = 0.5;

SceneChange without_prompt(SceneChange change) {
    change.prompt.reset();
    return change;
}

SceneChange geometry_of(const SceneChange& scene) {
    SceneChange geometry;
    for (const auto& [id, obstacle] : scene.put_obstacles) {
        if (obstacle.shape == Shape::Geometry) geometry.put_obstacles[id] = obstacle;
    }
    return geometry;
}

float part(Vec3 v, int axis) { return axis == 0 ? v.x : axis == 1 ? v.y : v.z; }

float level_distance(Vec3 a, Vec3 b, int up_axis) {
    const float up = part(a - b, up_axis), all = length(a - b);
    return std::sqrt(std::max(all * all - up * up, 0.0f));
}
}  // namespace

Outgoing::Outgoing(std::string prompt, std::function<void()> wake) : wake_(std::move(wake)), hello_prompt_(std::move(prompt)) {
    base_.prompt = hello_prompt_;
    current_ = base_;
}

Status Outgoing::check_room(const SceneChange& change) const {
    const auto room = [](const auto& put, const auto& removed, const auto& there, bool clear, std::size_t most,
                         const char* what) -> Status {
        std::size_t count = clear ? 0 : there.size();
        for (const std::string& id : removed) count -= !clear && there.count(id) ? 1 : 0;
        for (const auto& [id, thing] : put) {
            if (!clear && there.count(id) && !removed.count(id)) continue;
            if (++count > most) {
                return Status(Code::ResourceExhausted, std::string(what) + " '" + id + "': the scene holds " +
                                                           std::to_string(most) + " of them already; remove one first");
            }
        }
        return {};
    };
    Status s = room(change.put_obstacles, change.remove_obstacles, current_.put_obstacles, change.clear,
                    limits_.max_obstacles, "obstacle");
    if (!s.ok()) return s;
    s = room(change.put_targets, change.remove_targets, current_.put_targets, change.clear, limits_.max_targets, "target");
    if (!s.ok()) return s;
    return room(change.put_key_poses, change.remove_key_poses, current_.put_key_poses, change.clear, limits_.max_key_poses,
                "key pose");
}

Result<std::uint64_t> Outgoing::post(const SceneChange& change) {
    std::uint64_t revision = 0;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (change.prompt) {
            if (Status s = check_prompt(*change.prompt, limits_.max_prompt_characters); !s.ok()) return s;
        }
        if (Status s = check_room(change); !s.ok()) return s;
        revision = ++revision_;
        if (change.path || change.clear_path || change.clear) waypoint_ = 0;
        for (Sent& one : alone_) one.change.subtract(change);
        alone_.erase(std::remove_if(alone_.begin(), alone_.end(), [](const Sent& one) { return one.change.empty(); }),
                     alone_.end());
        current_.merge(change);
        if (connected_) {
            pending_.merge(change);
            forget_needless_removals(change);
            if (change.prompt) pending_prompt_ = revision;
            if (change.has_scene()) pending_scene_ = revision;
        } else {
            base_.merge(change);   // connect() tells it all
            forget_needless_removals(change);
        }
    }
    wake_();
    return revision;
}

// The scene itself holds no removals, and what waits holds them only up to a bound: beyond it everything is told anew.
void Outgoing::forget_needless_removals(const SceneChange& change) {
    for (SceneChange* scene : {&current_, &base_}) {
        scene->remove_obstacles.clear();
        scene->remove_targets.clear();
        scene->remove_key_poses.clear();
        scene->clear = scene->clear_look_at = scene->clear_path = false;
    }
    if (!connected_ || change.clear) return;
    if (pending_.remove_obstacles.size() + pending_.remove_targets.size() + pending_.remove_key_poses.size() > kMaxRemovals) {
        const std::optional<std::string> prompt = pending_.prompt;
        pending_ = current_;
        pending_.clear = true;
        pending_.prompt = prompt;
    }
}

void Outgoing::post_bye() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        bye_ = true;
    }
    wake_();
}

void Outgoing::set_playhead(double time_s) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!std::isfinite(time_s) || time_s < 0.0 || (told_s_ && time_s < *told_s_)) return;
        told_s_ = playhead_s_ = time_s;
    }
    // The sender looks by itself, several times within the interval of playheads: no call into the system per frame.
}

std::optional<double> Outgoing::told_s() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return told_s_;
}

void Outgoing::record(std::uint64_t revision, const SceneChange& change, bool again) {
    sent_.push_back({revision, change, again});
    while (sent_.size() > kUndoable) {
        base_.merge(sent_.front().change);
        sent_.pop_front();
    }
}

void Outgoing::take_alone(std::vector<OutgoingMessage>& out) {
    for (const Sent& one : alone_) {
        record(++revision_, one.change, one.again);
        const auto kind = one.change.prompt ? OutgoingMessage::Kind::Prompt : OutgoingMessage::Kind::Scene;
        out.push_back({kind, 0.0, revision_, one.change});
    }
    alone_.clear();
}

void Outgoing::take_pending(std::vector<OutgoingMessage>& out) {
    using Kind = OutgoingMessage::Kind;
    const bool prompt = pending_prompt_ > 0 && pending_.prompt, scene = pending_scene_ > 0 && pending_.has_scene();
    const auto tell = [&](Kind kind, std::uint64_t revision, const SceneChange& change) {
        record(revision, change, pending_again_);
        out.push_back({kind, 0.0, revision, change});
    };
    SceneChange only_prompt;
    only_prompt.prompt = pending_.prompt;
    const bool prompt_first = pending_prompt_ < pending_scene_;
    if (prompt && prompt_first) tell(Kind::Prompt, pending_prompt_, only_prompt);
    if (scene) tell(Kind::Scene, pending_scene_, without_prompt(pending_));
    if (prompt && !prompt_first) tell(Kind::Prompt, pending_prompt_, only_prompt);
    pending_ = SceneChange{};
    pending_again_ = false;
    pending_prompt_ = pending_scene_ = 0;
}

std::vector<OutgoingMessage> Outgoing::take(double now_s, double& wait_s) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<OutgoingMessage> out;
    wait_s = kPlayheadIntervalS / 4.0;   // a playhead may come without a call of wake
    if (!connected_) return out;
    const double interval_s = std::max(kSceneIntervalS, 2.0 / limits_.max_messages_per_s);
    const bool scene_due = (!pending_.empty() || !alone_.empty()) && (now_s - scene_sent_s_ >= interval_s || bye_);
    const bool playhead_due = playhead_s_ && (now_s - playhead_sent_s_ >= kPlayheadIntervalS || scene_due);
    if (playhead_due) {
        OutgoingMessage playhead;
        playhead.kind = OutgoingMessage::Kind::Playhead;
        playhead.time_s = *playhead_s_;
        out.push_back(playhead);
        playhead_s_.reset();
        playhead_sent_s_ = now_s;
    }
    if (scene_due) {
        take_pending(out);   // their numbers were given out already, so they go first
        take_alone(out);
        scene_sent_s_ = now_s;
    }
    if (bye_) {
        out.emplace_back();
        bye_ = false;
    }
    return out;
}

void Outgoing::recompute() {
    current_ = base_;
    for (const Sent& sent : sent_) current_.merge(sent.change);
    for (const Sent& one : alone_) current_.merge(one.change);
    current_.merge(pending_);
    forget_needless_removals(pending_);
}

void Outgoing::refused(std::uint64_t revision) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& s) { return s.revision == revision; });
        if (found == sent_.end()) return;
        SceneChange change = found->change;
        const bool again = found->again, several = change.size() > 1;
        if (!several && again) base_.subtract(change);
        const auto outdo = [&](const SceneChange& later) {
            // after a clear everything since must be told once more; else only what nothing later has replaced
            if (change.clear) {
                change.merge(without_prompt(later));
            } else {
                change.subtract(later);
            }
        };
        for (auto later = std::next(found); later != sent_.end(); ++later) outdo(later->change);
        outdo(pending_);
        sent_.erase(found);
        if (several) {
            for (SceneChange& one : change.parts()) alone_.push_back({0, std::move(one), again});
        }
        recompute();
    }
    wake_();
}

void Outgoing::disconnect() {
    const std::lock_guard<std::mutex> lock(mutex_);
    connected_ = false;
    base_ = current_;
    sent_.clear();
    alone_.clear();
    pending_ = SceneChange{};
    pending_again_ = false;
    pending_prompt_ = pending_scene_ = 0;
}

void Outgoing::tell_again(bool prompt_too, bool geometry_too) {
    pending_ = remaining_scene();
    pending_.clear = pending_again_ = true;
    if (prompt_too) {
        pending_prompt_ = ++revision_;
    } else {   // the Hello had it
        pending_.prompt.reset();
    }
    if (!geometry_too) {
        for (const auto& [id, obstacle] : geometry_of(pending_).put_obstacles) pending_.put_obstacles.erase(id);
    }
    pending_scene_ = ++revision_;
}

void Outgoing::welcome(std::uint64_t known_revision, const SceneLimits& limits) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        limits_ = limits;
        const std::uint64_t posted = revision_;
        revision_ = std::max(revision_, known_revision);
        connected_ = true;
        // asked for before anybody was there to listen
        if (posted > 0) tell_again(current_.prompt.value_or("") != hello_prompt_, true);
    }
    wake_();
}

void Outgoing::connect(std::uint64_t known_revision, bool resumed) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        connected_ = true;
        if (told_s_) playhead_s_ = told_s_;
        playhead_sent_s_ = scene_sent_s_ = -1.0;
        if (resumed && known_revision >= revision_) {
            revision_ = known_revision;
        } else if (revision_ > 0) {
            tell_again(resumed, resumed);
        }
    }
    wake_();
}

void Outgoing::tell_geometry() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        SceneChange geometry = geometry_of(current_);
        if (!connected_ || geometry.empty()) return;
        // one that is refused takes no other along
        for (SceneChange& one : geometry.parts()) alone_.push_back({0, std::move(one), true});
    }
    wake_();
}

SceneChange Outgoing::remaining_scene() const {
    SceneChange scene = current_;
    if (!scene.path || waypoint_ == 0) return scene;
    std::vector<Waypoint>& points = scene.path->waypoints;
    if (scene.path->loop) {
        std::rotate(points.begin(), points.begin() + static_cast<long>(std::min(waypoint_, points.size())), points.end());
    } else {   // at its end the last point stays: the character goes on standing there
        points.erase(points.begin(), points.begin() + static_cast<long>(std::min(waypoint_, points.size() - 1)));
    }
    return scene;
}

void Outgoing::walked(Vec3 root, int up_axis, double metres_per_unit) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!current_.path) return;
    const std::vector<Waypoint>& points = current_.path->waypoints;
    while (waypoint_ < points.size() && level_distance(points[waypoint_].position, root, up_axis) * metres_per_unit < kPassedM) {
        if (++waypoint_ == points.size() && current_.path->loop) {
            waypoint_ = 0;
            return;
        }
    }
}

std::string Outgoing::prompt() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return current_.prompt.value_or("");
}

SceneChange Outgoing::scene() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return remaining_scene();
}

std::set<std::string> Outgoing::geometry_ids() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::set<std::string> ids;
    for (const auto& [id, obstacle] : geometry_of(current_).put_obstacles) ids.insert(obstacle.geometry_id);
    return ids;
}

std::uint64_t Outgoing::revision() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return revision_;
}

std::size_t Outgoing::max_obstacles() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return limits_.max_obstacles;
}

std::size_t Outgoing::waiting() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return pending_.size() + alone_.size();
}

}  // namespace lamp
