#include "lamp/session.h"

#include "session_core.h"

namespace lamp {

Session::Session(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {}
Session::~Session() { core_->close_and_wait(); }

void Session::set_playhead(double time_s) { core_->set_playhead(time_s); }
bool Session::sample(double time_s, Pose& pose) { return core_->sample(time_s, pose); }
double Session::buffered_until_s() const { return core_->buffered_until_s(); }
std::optional<double> Session::first_frame_s() const { return core_->first_frame_s(); }

Result<std::uint64_t> Session::set_prompt(const std::string& text) {
    SceneChange change;
    change.prompt = text;
    return core_->post(change);
}

Result<std::uint64_t> Session::put_obstacle(const std::string& id, const Obstacle& obstacle) {
    if (Status s = validate(id, obstacle, convention().metres_per_unit()); !s.ok()) return s;
    SceneChange change;
    change.put_obstacles[id] = obstacle;
    return core_->post(change);
}

Result<std::uint64_t> Session::remove_obstacle(const std::string& id) {
    if (Status s = check_id("obstacle", id); !s.ok()) return s;
    SceneChange change;
    change.remove_obstacles.insert(id);
    return core_->post(change);
}

Result<std::uint64_t> Session::put_target(const std::string& id, const Target& target) {
    if (Status s = validate(id, target, convention().metres_per_unit(), core_->joint_names()); !s.ok()) return s;
    SceneChange change;
    change.put_targets[id] = target;
    return core_->post(change);
}

Result<std::uint64_t> Session::remove_target(const std::string& id) {
    if (Status s = check_id("target", id); !s.ok()) return s;
    SceneChange change;
    change.remove_targets.insert(id);
    return core_->post(change);
}

Result<std::uint64_t> Session::look_at(const LookAt& look) {
    if (Status s = validate(look, convention().metres_per_unit()); !s.ok()) return s;
    SceneChange change;
    change.look_at = look;
    return core_->post(change);
}

Result<std::uint64_t> Session::clear_look_at() {
    SceneChange change;
    change.clear_look_at = true;
    return core_->post(change);
}

Result<std::uint64_t> Session::set_path(const Path& path) {
    if (Status s = validate(path, convention().metres_per_unit()); !s.ok()) return s;
    SceneChange change;
    change.path = path;
    return core_->post(change);
}

Result<std::uint64_t> Session::clear_path() {
    SceneChange change;
    change.clear_path = true;
    return core_->post(change);
}

Result<std::uint64_t> Session::put_key_pose(const std::string& id, const KeyPose& pose) {
    if (Status s = validate(id, pose, convention().metres_per_unit(), core_->joint_names()); !s.ok()) return s;
    SceneChange change;
    change.put_key_poses[id] = pose;
    return core_->post(change);
}

Result<std::uint64_t> Session::remove_key_pose(const std::string& id) {
    if (Status s = check_id("key pose", id); !s.ok()) return s;
    SceneChange change;
    change.remove_key_poses.insert(id);
    return core_->post(change);
}

Result<std::uint64_t> Session::set_floor(Floor floor) {
    if (floor == Floor::Unspecified) return Status(Code::InvalidArgument, "floor must be Plane or None");
    SceneChange change;
    change.floor = floor;
    return core_->post(change);
}

Result<std::uint64_t> Session::clear_scene() {
    SceneChange change;
    change.clear = true;
    return core_->post(change);
}

SessionState Session::state() const { return core_->state(); }
Status Session::status() const { return core_->status(); }
bool Session::next_event(Event& event) { return core_->next_event(event); }
std::optional<Skeleton> Session::skeleton() const { return core_->skeleton(); }
std::optional<double> Session::fps() const { return core_->fps(); }
std::size_t Session::max_obstacles() const { return core_->max_obstacles(); }
SessionStats Session::stats() const { return core_->stats(); }
const Convention& Session::convention() const { return core_->options().convention; }
void Session::close() { core_->close(); }
void Session::close_and_wait() { core_->close_and_wait(); }

}  // namespace lamp
