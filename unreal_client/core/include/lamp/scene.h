// What is around a character and what it should do, in the convention of the session. What each value means, and its
// limits: proto/lamp/v1/scene.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lamp/math.h"
#include "lamp/skeleton.h"
#include "lamp/status.h"

namespace lamp {

enum class Shape { Sphere, Capsule, Box, Cylinder, Plane, Geometry };

struct Obstacle {
    Shape shape = Shape::Sphere;
    // sphere: radius, -, -; capsule: radius, half length of the core, -; cylinder: radius, half height, -;
    // box: half extents; plane and geometry: none.
    Vec3 size;
    Vec3 position;
    Quat orientation;
    Vec3 linear_velocity;             // units per second
    Vec3 angular_velocity_radps;      // about the world axes
    std::optional<double> time_s;     // session time at which the pose holds; left out: when the server reads it
    bool walkable = false;
    std::string geometry_id;          // Shape::Geometry: of an uploaded mesh, hull or height field
    float geometry_scale = 1.0f;
};

struct Target {
    std::string joint;
    Vec3 position;
    bool ignore_x = false, ignore_y = false, ignore_z = false;
    std::optional<double> arrive_time_s;
    float hold_s = 0.0f;
    float weight = 1.0f;
};

struct LookAt {
    Vec3 position;
    Vec3 linear_velocity;
    std::optional<double> time_s;
    float weight = 1.0f;
};

struct Waypoint {
    Vec3 position;
    std::optional<double> arrive_time_s;
};

struct Path {
    std::vector<Waypoint> waypoints;
    float speed = 0.0f;               // units per second; 0: the server's default
    bool loop = false;
    float weight = 1.0f;
};

struct KeyPose {
    double time_s = 0.0;
    float hold_s = 0.0f;
    std::vector<Vec3> joint_positions;     // all joints, world; or leave empty and fill the next two
    Vec3 root_position;
    std::vector<Quat> local_rotations;
    std::vector<std::string> joints;       // those that count; empty: all
    bool anywhere = false;
    float weight = 1.0f;
};

enum class Floor { Unspecified = 0, Plane = 1, None = 2 };

// An id of at most 64 bytes for part `part` of the `number`th object of a game: "Crate#7" and "Crate#7/1". The name is cut
// between characters (UTF-8) where it is long.
std::string object_id(const std::string& name, std::uint32_t number, std::uint32_t part = 0);

// Whether the server could use it. Messages name the object and say what the limit is and how to mend it.
Status check_id(const std::string& kind, const std::string& id);
Status validate(const std::string& id, const Obstacle& obstacle, double metres_per_unit);
Status validate(const std::string& id, const Target& target, double metres_per_unit,
             const std::vector<std::string>& joint_names);
Status validate(const LookAt& look, double metres_per_unit);
Status validate(const Path& path, double metres_per_unit);
Status validate(const std::string& id, const KeyPose& pose, double metres_per_unit,
             const std::vector<std::string>& joint_names);
Status check_prompt(const std::string& text, std::size_t max_characters);

}  // namespace lamp
