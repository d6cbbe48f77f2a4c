#include "wire.h"

namespace lamp::wire {
namespace {

v1::CoordinateSystem::Direction direction_of(Direction direction) {
    switch (direction) {
        case Direction::Left: return v1::CoordinateSystem::DIRECTION_LEFT;
        case Direction::Right: return v1::CoordinateSystem::DIRECTION_RIGHT;
        case Direction::Up: return v1::CoordinateSystem::DIRECTION_UP;
        case Direction::Down: return v1::CoordinateSystem::DIRECTION_DOWN;
        case Direction::Forward: return v1::CoordinateSystem::DIRECTION_FORWARD;
        case Direction::Back: return v1::CoordinateSystem::DIRECTION_BACK;
    }
    return v1::CoordinateSystem::DIRECTION_UNSPECIFIED;
}

Vec3 vector_from(const v1::Vector3& v) { return {v.x(), v.y(), v.z()}; }

void put(Quat q, v1::Quaternion* out) {
    out->set_x(q.x);
    out->set_y(q.y);
    out->set_z(q.z);
    out->set_w(q.w);
}

void put_shape(const Obstacle& o, v1::Obstacle* out) {
    switch (o.shape) {
        case Shape::Sphere: out->mutable_sphere()->set_radius(o.size.x); return;
        case Shape::Capsule:
            out->mutable_capsule()->set_radius(o.size.x);
            out->mutable_capsule()->set_half_length(o.size.y);
            return;
        case Shape::Box: wire::put(o.size, out->mutable_box()->mutable_half_extents()); return;
        case Shape::Cylinder:
            out->mutable_cylinder()->set_radius(o.size.x);
            out->mutable_cylinder()->set_half_height(o.size.y);
            return;
        case Shape::Plane: out->mutable_plane(); return;
        case Shape::Geometry:
            out->mutable_geometry()->set_id(o.geometry_id);
            out->mutable_geometry()->set_scale(o.geometry_scale);
            return;
    }
}

void put(const std::string& id, const Obstacle& o, v1::Obstacle* out) {
    out->set_id(id);
    put_shape(o, out);
    wire::put(o.position, out->mutable_position());
    put(o.orientation, out->mutable_orientation());
    if (!is_zero(o.linear_velocity)) wire::put(o.linear_velocity, out->mutable_linear_velocity());
    if (!is_zero(o.angular_velocity_radps)) wire::put(o.angular_velocity_radps, out->mutable_angular_velocity());
    // the time of a pose that stays means nothing
    if (o.time_s && (out->has_linear_velocity() || out->has_angular_velocity())) out->set_time_s(*o.time_s);
    out->set_walkable(o.walkable);
}

void put(const std::string& id, const Target& t, v1::Target* out) {
    out->set_id(id);
    out->set_joint(t.joint);
    wire::put(t.position, out->mutable_position());
    out->set_ignore_x(t.ignore_x);
    out->set_ignore_y(t.ignore_y);
    out->set_ignore_z(t.ignore_z);
    if (t.arrive_time_s) out->set_arrive_time_s(*t.arrive_time_s);
    out->set_hold_s(t.hold_s);
    out->set_weight(t.weight);
}

void put(const LookAt& look, v1::LookAt* out) {
    wire::put(look.position, out->mutable_position());
    if (!is_zero(look.linear_velocity)) wire::put(look.linear_velocity, out->mutable_linear_velocity());
    if (look.time_s) out->set_time_s(*look.time_s);
    out->set_weight(look.weight);
}

void put(const Path& path, v1::Path* out) {
    for (const Waypoint& point : path.waypoints) {
        v1::Waypoint* message = out->add_waypoints();
        wire::put(point.position, message->mutable_position());
        if (point.arrive_time_s) message->set_arrive_time_s(*point.arrive_time_s);
    }
    out->set_speed(path.speed);
    out->set_loop(path.loop);
    out->set_weight(path.weight);
}

void put(const std::string& id, const KeyPose& pose, v1::KeyPose* out) {
    out->set_id(id);
    out->set_time_s(pose.time_s);
    out->set_hold_s(pose.hold_s);
    out->set_anywhere(pose.anywhere);
    out->set_weight(pose.weight);
    for (const std::string& joint : pose.joints) out->add_joints(joint);
    v1::Frame* frame = out->mutable_pose();
    for (Vec3 p : pose.joint_positions) {
        for (float value : {p.x, p.y, p.z}) frame->add_joint_positions(value);
    }
    if (!pose.joint_positions.empty()) return;
    wire::put(pose.root_position, frame->mutable_root_position());
    for (Quat q : pose.local_rotations) {
        for (float value : {q.x, q.y, q.z, q.w}) frame->add_local_rotations(value);
    }
}

void put(std::uint64_t revision, const SceneChange& change, v1::SceneUpdate* out) {
    out->set_revision(revision);
    out->set_clear(change.clear);
    for (const auto& [id, thing] : change.put_obstacles) put(id, thing, out->add_put_obstacles());
    for (const std::string& id : change.remove_obstacles) out->add_remove_obstacle_ids(id);
    for (const auto& [id, thing] : change.put_targets) put(id, thing, out->add_put_targets());
    for (const std::string& id : change.remove_targets) out->add_remove_target_ids(id);
    for (const auto& [id, thing] : change.put_key_poses) put(id, thing, out->add_put_key_poses());
    for (const std::string& id : change.remove_key_poses) out->add_remove_key_pose_ids(id);
    if (change.look_at) put(*change.look_at, out->mutable_look_at());
    out->set_clear_look_at(change.clear_look_at);
    if (change.path) put(*change.path, out->mutable_path());
    out->set_clear_path(change.clear_path);
    out->set_floor(static_cast<v1::Floor>(change.floor));
}

}  // namespace

void put(const Convention& convention, v1::CoordinateSystem* out) {
    if (convention == Convention::unreal()) return out->set_preset(v1::CoordinateSystem::PRESET_UNREAL);
    if (convention == Convention::unity()) return out->set_preset(v1::CoordinateSystem::PRESET_UNITY);
    if (convention == Convention::model()) return out->set_preset(v1::CoordinateSystem::PRESET_MODEL);
    if (convention == Convention::blender()) return out->set_preset(v1::CoordinateSystem::PRESET_BLENDER);
    out->set_x_axis(direction_of(convention.axes()[0]));
    out->set_y_axis(direction_of(convention.axes()[1]));
    out->set_z_axis(direction_of(convention.axes()[2]));
    out->set_metres_per_unit(static_cast<float>(convention.metres_per_unit()));
}

void put(Vec3 v, v1::Vector3* out) {
    out->set_x(v.x);
    out->set_y(v.y);
    out->set_z(v.z);
}

void put(const LastMotion& motion, v1::Motion* out) {
    out->set_fps(motion.fps);
    for (const std::vector<float>& row : motion.positions) {
        out->add_frames()->mutable_joint_positions()->Add(row.begin(), row.end());
    }
}

void put(const OutgoingMessage& message, v1::DriveRequest* out) {
    switch (message.kind) {
        case OutgoingMessage::Kind::Playhead: out->mutable_playhead()->set_time_s(message.time_s); return;
        case OutgoingMessage::Kind::Prompt:
            out->mutable_prompt()->set_revision(message.revision);
            out->mutable_prompt()->set_text(message.change.prompt.value_or(""));
            return;
        case OutgoingMessage::Kind::Scene: put(message.revision, message.change, out->mutable_scene_update()); return;
        case OutgoingMessage::Kind::Bye: out->mutable_bye(); return;
    }
}

void put_header(const Geometry& geometry, const Convention& convention, const std::string& id, v1::GeometryHeader* out) {
    out->set_id(id);
    put(convention, out->mutable_coordinate_system());
    out->set_cell_m(static_cast<float>(geometry.cell_m));
    out->set_name(geometry.name);
    const auto vertices = static_cast<std::uint32_t>(geometry.values.size() / 3);
    switch (geometry.kind) {
        case Geometry::Kind::Mesh:
            out->mutable_mesh()->set_vertex_count(vertices);
            out->mutable_mesh()->set_triangle_count(static_cast<std::uint32_t>(geometry.indices.size() / 3));
            return;
        case Geometry::Kind::Hull: out->mutable_hull()->set_vertex_count(vertices); return;
        case Geometry::Kind::HeightField:
            out->mutable_height_field()->set_columns(geometry.columns);
            out->mutable_height_field()->set_rows(geometry.rows);
            out->mutable_height_field()->set_column_spacing(geometry.column_spacing);
            out->mutable_height_field()->set_row_spacing(geometry.row_spacing);
            return;
    }
}

Skeleton skeleton_from(const v1::Skeleton& message) {
    Skeleton skeleton;
    for (const v1::Joint& joint : message.joints()) {
        skeleton.names.push_back(joint.name());
        skeleton.parents.push_back(joint.parent());
        skeleton.rest_offsets.push_back(vector_from(joint.rest_offset()));
        skeleton.radii.push_back(joint.radius());
    }
    skeleton.contact_joints.assign(message.contact_joints().begin(), message.contact_joints().end());
    skeleton.hash = message.hash();
    return skeleton;
}

SceneLimits limits_from(const v1::Limits& message) {
    SceneLimits limits;
    limits.max_obstacles = message.max_obstacles();
    limits.max_targets = message.max_targets();
    limits.max_key_poses = message.max_key_poses();
    limits.max_prompt_characters = message.max_prompt_characters();
    if (message.max_messages_per_s() > 0.0f) limits.max_messages_per_s = message.max_messages_per_s();
    return limits;
}

PlanReport plan_from(const v1::Plan& message) {
    PlanReport plan;
    plan.plan_id = message.plan_id();
    plan.scene_revision = message.scene_revision();
    plan.start_frame = message.start_frame();
    plan.end_frame = message.end_frame();
    plan.feasible = message.feasible();
    plan.settled = message.settled();
    plan.reason = message.reason();
    for (const auto& target : message.targets()) plan.targets.push_back({target.id(), target.error_m(), target.arrive_time_s()});
    return plan;
}

Event notice_from(const v1::Notice& message) {
    Event event;
    event.kind = EventKind::Notice;
    std::string code = v1::Notice::Code_Name(message.code());
    const std::string prefix = "CODE_";
    event.notice_code = code.compare(0, prefix.size(), prefix) == 0 ? code.substr(prefix.size()) : "UNKNOWN";
    event.revision = message.revision();
    event.status = Status(Code::InvalidArgument, message.message());
    for (const auto& violation : message.violations()) {
        event.status.violations.push_back({violation.field(), violation.description()});
    }
    return event;
}

Status frames_from(const google::protobuf::RepeatedPtrField<v1::Frame>& frames, const Skeleton& skeleton,
                   std::vector<FrameView>& views) {
    views.clear();
    const int joints = skeleton.size(), contacts = static_cast<int>(skeleton.contact_joints.size());
    for (const v1::Frame& frame : frames) {
        if (frame.local_rotations_size() != 4 * joints || frame.joint_positions_size() != 3 * joints ||
            frame.contacts_size() != contacts) {
            return Status(Code::Internal, "frame " + std::to_string(frame.index()) + " of the server is not on its skeleton of " +
                                              std::to_string(joints) + " joints");
        }
        views.push_back({frame.index(), frame.time_s(), frame.plan_id(), frame.local_rotations().data(),
                         frame.joint_positions().data(), frame.contacts().data()});
    }
    return {};
}

}  // namespace lamp::wire
