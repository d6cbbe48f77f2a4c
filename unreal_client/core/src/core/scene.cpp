#include "lamp/scene.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace lamp {
namespace {

constexpr double kMaxAwayM = 10000.0, kMaxSpeedMps = 100.0, kMaxTurnRadps = 100.0, kMaxSizeM = 100.0;
constexpr double kMaxHoldS = 3600.0, kMaxTimeS = 1e7;
constexpr float kMaxWeight = 1000.0f;
constexpr std::size_t kMaxIdBytes = 64;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

std::string vector(Vec3 v) { return "(" + number(v.x) + ", " + number(v.y) + ", " + number(v.z) + ")"; }

Status bad(const std::string& object, const std::string& problem) {
    return Status(Code::InvalidArgument, object + ": " + problem);
}

double largest(Vec3 v) { return std::max({std::fabs(v.x), std::fabs(v.y), std::fabs(v.z)}); }

Status check_place(const std::string& object, const char* what, Vec3 place, double metres_per_unit) {
    if (!is_finite(place)) {
        return bad(object, std::string(what) + " " + vector(place) + " is not finite; is the transform valid?");
    }
    if (largest(place) * metres_per_unit > kMaxAwayM) {
        return bad(object, std::string(what) + " " + vector(place) + " is more than 10 km from the origin; move the "
                           "origin of the session nearer");
    }
    return {};
}

Status check_speed(const std::string& object, Vec3 velocity, double metres_per_unit) {
    if (!is_finite(velocity)) return bad(object, "linear velocity " + vector(velocity) + " is not finite");
    if (largest(velocity) * metres_per_unit > kMaxSpeedMps) {
        return bad(object, "linear velocity " + vector(velocity) + " is more than 100 m/s along an axis; give 0 for what "
                           "was teleported");
    }
    return {};
}

Status check_time(const std::string& object, const char* what, const std::optional<double>& time_s) {
    if (time_s && !(*time_s >= 0.0 && *time_s <= kMaxTimeS)) {
        return bad(object, std::string(what) + " " + number(*time_s) + " s is outside 0..1e7; give session time in seconds");
    }
    return {};
}

Status check_weight(const std::string& object, float weight) {
    if (!(weight > 0.0f && weight <= kMaxWeight)) {
        return bad(object, "weight " + number(weight) + " is outside 0..1000; 1 is usual, remove it instead of giving 0");
    }
    return {};
}

Status check_hold(const std::string& object, float hold_s) {
    if (!(hold_s >= 0.0f && hold_s <= kMaxHoldS)) {
        return bad(object, "hold_s " + number(hold_s) + " is outside 0..3600");
    }
    return {};
}

Status check_length(const std::string& object, const char* what, float size, bool may_be_zero, double metres_per_unit) {
    const double size_m = size * metres_per_unit;
    if (!std::isfinite(size) || size < 0.0f || (size == 0.0f && !may_be_zero)) {
        return bad(object, std::string(what) + " " + number(size) + " must be greater than 0; is the scale of the object or of "
                           "one of its parents zero?");
    }
    if (size_m > kMaxSizeM) {
        return bad(object, std::string(what) + " " + number(size) + " is more than 100 m; use a plane or several obstacles");
    }
    return {};
}

Status check_joint(const std::string& object, const std::string& joint, const std::vector<std::string>& names) {
    if (std::find(names.begin(), names.end(), joint) != names.end()) return {};
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    return bad(object, "joint '" + joint + "' is unknown; use one of " + known);
}

Status check_turn(const std::string& object, Quat turn) {
    if (!is_finite(turn)) return bad(object, "rotation is not finite; is the transform valid?");
    if (std::fabs(length(turn) - 1.0f) > 0.01f) {
        return bad(object, "rotation has length " + number(length(turn)) + " instead of 1; normalise it");
    }
    return {};
}

Status check_size(const std::string& object, const Obstacle& o, double mpu) {
    switch (o.shape) {
        case Shape::Sphere: return check_length(object, "radius", o.size.x, false, mpu);
        case Shape::Capsule:
            if (Status s = check_length(object, "radius", o.size.x, false, mpu); !s.ok()) return s;
            return check_length(object, "half length", o.size.y, true, mpu);
        case Shape::Cylinder:
            if (Status s = check_length(object, "radius", o.size.x, false, mpu); !s.ok()) return s;
            return check_length(object, "half height", o.size.y, false, mpu);
        case Shape::Box:
            for (float half : {o.size.x, o.size.y, o.size.z}) {
                if (Status s = check_length(object, "half extent", half, false, mpu); !s.ok()) return s;
            }
            return {};
        case Shape::Plane: return {};
        case Shape::Geometry:
            if (o.geometry_id.size() != 64 || o.geometry_id.find_first_not_of("0123456789abcdef") != std::string::npos) {
                return bad(object, "geometry id '" + o.geometry_id + "' is not 64 hexadecimal digits; upload the geometry first");
            }
            if (!(o.geometry_scale >= 0.001f && o.geometry_scale <= 1000.0f)) {
                return bad(object, "scale " + number(o.geometry_scale) + " is outside 0.001..1000; is the object scaled to zero?");
            }
            return {};
    }
    return {};
}

}  // namespace

std::string object_id(const std::string& name, std::uint32_t number, std::uint32_t part) {
    const std::string ending = "#" + std::to_string(number) + (part > 0 ? "/" + std::to_string(part) : "");
    std::size_t size = std::min(name.size(), kMaxIdBytes - ending.size());
    const auto continues = [&name](std::size_t i) { return i < name.size() && (static_cast<unsigned char>(name[i]) & 0xC0u) == 0x80u; };
    while (size > 0 && continues(size)) --size;
    return name.substr(0, size) + ending;
}

Status check_id(const std::string& kind, const std::string& id) {
    if (id.empty() || id.size() > kMaxIdBytes) {
        return Status(Code::InvalidArgument,
                      kind + " id '" + id.substr(0, 80) + "' has " + std::to_string(id.size()) + " characters; give 1 to 64");
    }
    return {};
}

Status validate(const std::string& id, const Obstacle& o, double mpu) {
    if (Status s = check_id("obstacle", id); !s.ok()) return s;
    const std::string object = "obstacle '" + id + "'";
    if (Status s = check_place(object, "position", o.position, mpu); !s.ok()) return s;
    if (Status s = check_turn(object, o.orientation); !s.ok()) return s;
    if (Status s = check_speed(object, o.linear_velocity, mpu); !s.ok()) return s;
    if (!(largest(o.angular_velocity_radps) <= kMaxTurnRadps) || !is_finite(o.angular_velocity_radps)) {
        return bad(object, "angular velocity " + vector(o.angular_velocity_radps) + " is outside 100 rad/s per axis");
    }
    if (Status s = check_time(object, "time_s", o.time_s); !s.ok()) return s;
    return check_size(object, o, mpu);
}

Status validate(const std::string& id, const Target& t, double mpu, const std::vector<std::string>& joint_names) {
    if (Status s = check_id("target", id); !s.ok()) return s;
    const std::string object = "target '" + id + "'";
    if (Status s = check_joint(object, t.joint, joint_names); !s.ok()) return s;
    if (Status s = check_place(object, "position", t.position, mpu); !s.ok()) return s;
    if (t.ignore_x && t.ignore_y && t.ignore_z) return bad(object, "all three axes are ignored; let at least one count");
    if (Status s = check_time(object, "arrive_time_s", t.arrive_time_s); !s.ok()) return s;
    if (Status s = check_hold(object, t.hold_s); !s.ok()) return s;
    return check_weight(object, t.weight);
}

Status validate(const LookAt& look, double mpu) {
    if (Status s = check_place("look_at", "position", look.position, mpu); !s.ok()) return s;
    if (Status s = check_speed("look_at", look.linear_velocity, mpu); !s.ok()) return s;
    if (Status s = check_time("look_at", "time_s", look.time_s); !s.ok()) return s;
    return check_weight("look_at", look.weight);
}

Status validate(const Path& path, double mpu) {
    if (path.waypoints.empty() || path.waypoints.size() > 64) {
        return bad("path", std::to_string(path.waypoints.size()) + " waypoints; give 1 to 64");
    }
    double before_s = -1.0;
    for (std::size_t i = 0; i < path.waypoints.size(); ++i) {
        const Waypoint& point = path.waypoints[i];
        const std::string object = "path, waypoint " + std::to_string(i);
        if (Status s = check_place(object, "position", point.position, mpu); !s.ok()) return s;
        if (Status s = check_time(object, "arrive_time_s", point.arrive_time_s); !s.ok()) return s;
        if (point.arrive_time_s && *point.arrive_time_s <= before_s) {
            return bad(object, "arrive_time_s " + number(*point.arrive_time_s) + " is not later than that of the waypoint before");
        }
        before_s = point.arrive_time_s.value_or(before_s);
    }
    const double speed_mps = path.speed * mpu;
    if (!(path.speed == 0.0f || (speed_mps >= 0.0999 && speed_mps <= 8.001))) {
        return bad("path", "speed " + number(path.speed) + " is outside 0.1..8 m/s; 0 leaves it to the server");
    }
    return check_weight("path", path.weight);
}

Status validate(const std::string& id, const KeyPose& p, double mpu, const std::vector<std::string>& joint_names) {
    if (Status s = check_id("key pose", id); !s.ok()) return s;
    const std::string object = "key pose '" + id + "'";
    if (Status s = check_time(object, "time_s", p.time_s); !s.ok()) return s;
    if (Status s = check_hold(object, p.hold_s); !s.ok()) return s;
    if (Status s = check_weight(object, p.weight); !s.ok()) return s;
    for (const std::string& joint : p.joints) {
        if (Status s = check_joint(object, joint, joint_names); !s.ok()) return s;
    }
    const std::size_t given = p.joint_positions.empty() ? p.local_rotations.size() : p.joint_positions.size();
    if (given != joint_names.size()) {
        return bad(object, std::to_string(given) + " joints are posed instead of " + std::to_string(joint_names.size()) +
                               "; fill joint_positions, or root_position and local_rotations");
    }
    for (std::size_t i = 0; i < given; ++i) {
        const std::string joint = object + ", joint '" + joint_names[i] + "'";
        Status s = p.joint_positions.empty() ? check_turn(joint, p.local_rotations[i])
                                             : check_place(joint, "position", p.joint_positions[i], mpu);
        if (!s.ok()) return s;
    }
    return check_place(object, "root position", p.root_position, mpu);
}

Status check_prompt(const std::string& text, std::size_t max_characters) {
    std::size_t characters = 0;   // of UTF-8: every byte that does not continue one
    for (char c : text) characters += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    if (characters <= max_characters) return {};
    return Status(Code::InvalidArgument, "the prompt has " + std::to_string(characters) + " characters; the limit is " +
                                             std::to_string(max_characters) + ": shorten it");
}

}  // namespace lamp
