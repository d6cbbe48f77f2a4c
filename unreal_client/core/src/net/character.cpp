#include "lamp/character.h"

namespace lamp {
namespace {

float part(Vec3 v, int axis) { return axis == 0 ? v.x : axis == 1 ? v.y : v.z; }

Vec3 with_part(Vec3 v, int axis, float value) { return {axis == 0 ? value : v.x, axis == 1 ? value : v.y, axis == 2 ? value : v.z}; }

}  // namespace

Result<std::unique_ptr<Character>> Character::begin(Client& client, const CharacterOptions& options) {
    if (!is_finite(options.component_from_session) || !(length(options.component_from_session) > 0.01f)) {
        return Status(Code::InvalidArgument, options.name + ": component_from_session is no rotation; a yaw of 90 degrees fits "
                                                            "Unreal's meshes");
    }
    Result<std::unique_ptr<Session>> session = client.drive(options.session);
    if (!session.ok()) {
        Status status = session.status();
        status.message = options.name + ": " + status.message;
        return status;
    }
    return std::unique_ptr<Character>(new Character(options, session.take()));
}

Character::Character(const CharacterOptions& options, std::unique_ptr<Session> session)
    : name_(options.name),
      bones_(options.bones),
      bone_map_(options.bone_map),
      component_from_session_(normalized(options.component_from_session)),
      has_mesh_(!options.bones.empty()),
      up_axis_(options.session.convention.up_axis()),
      session_(std::move(session)),
      feed_(options.session.convention.metres_per_unit()) {
    ground_ = part(options.session.start_position, up_axis_);
    origin_ = options.session.start_position;
}

Quat Character::world_from_component() const { return has_mesh_ ? inverse(component_from_session_) : Quat{}; }

bool Character::bind() {
    if (!names_.empty()) return true;
    const std::optional<Skeleton> skeleton = session_->skeleton();
    if (!skeleton) return false;
    if (!has_mesh_) {
        names_ = skeleton->names;
        parents_ = skeleton->parents;
        rest_offsets_ = skeleton->rest_offsets;
        local_.resize(names_.size());
        return true;
    }
    if (bones_.empty()) return false;   // it was tried, and the mesh cannot be used
    Result<Rig> rig = Rig::bind(name_, *skeleton, bones_, bone_map_, component_from_session_, up_axis_);
    bones_.clear();
    if (!rig.ok()) {
        mesh_problem_ = rig.status().message;
        session_->close();
        return false;
    }
    rig_ = rig.take();
    for (const RigBone& bone : rig_->bones()) {
        names_.push_back(bone.name);
        parents_.push_back(bone.parent);
    }
    return true;
}

bool Character::advance(double now_s) {
    if (!bind()) return false;
    if (!clock_.started()) {
        const std::optional<double> first_s = session_->first_frame_s();
        if (!first_s) return false;
        clock_.start(now_s, *first_s);
    }
    const double session_s = clock_.advance(now_s, session_->buffered_until_s());
    session_->set_playhead(session_s);
    if (!session_->sample(session_s, pose_)) return false;
    show();
    return true;
}

void Character::show() {
    const Vec3 pelvis = pose_.positions[0];
    origin_ = with_part(pelvis, up_axis_, ground_);
    if (rig_) return rig_->apply(pose_, origin_, local_);
    for (std::size_t j = 0; j < local_.size(); ++j) {
        local_[j] = {j == 0 ? pelvis - origin_ : rest_offsets_[j], pose_.local_rotations[j]};
    }
}

void Character::begin_obstacles() { feed_.begin(session_->max_obstacles()); }

void Character::finish_obstacles() {
    if (pose_.positions.empty() || session_->state() != SessionState::Live) return;
    feed_.finish(clock_.session_s(), news_);
    std::string refused;
    for (const ObstacleNews& news : news_) {
        const Status status = news.removed ? session_->remove_obstacle(news.id).status() : session_->put_obstacle(news.id, news.obstacle).status();
        if (!status.ok()) refused = status.message;
    }
    if (!refused.empty()) problem_ = refused;
}

bool Character::next_event(Event& event) {
    if (!session_->next_event(event)) return false;
    if (event.kind == EventKind::Ended && !event.status.ok()) problem_ = name_ + ": " + event.status.text();
    if (event.kind == EventKind::Notice && !event.status.ok()) problem_ = name_ + ": " + event.status.message;
    if (event.kind == EventKind::Lost) problem_ = name_ + ": " + event.status.message;
    if (event.kind == EventKind::Welcome) problem_.clear();
    return true;
}

}  // namespace lamp
