#include <doctest/doctest.h>

#include <limits>

#include "lamp/scene.h"

using namespace lamp;

namespace {

constexpr double kCm = 0.01;
const float kNan = std::numeric_limits<float>::quiet_NaN();

bool says(const Status& status, const std::string& first, const std::string& second) {
    INFO(status.message);
    return status.code == Code::InvalidArgument && status.message.find(first) != std::string::npos &&
           status.message.find(second) != std::string::npos;
}

Obstacle sphere() {
    Obstacle o;
    o.size.x = 50;
    return o;
}

Target reach() {
    Target t;
    t.joint = "left_wrist";
    return t;
}

}  // namespace

TEST_CASE("every message names the object and what is wrong with it") {
    Obstacle o = sphere();
    CHECK(validate("rock", o, kCm).ok());
    o.position.y = kNan;
    CHECK(says(validate("rock", o, kCm), "obstacle 'rock'", "not finite"));
    o = sphere();
    o.size.x = 0;
    CHECK(says(validate("rock", o, kCm), "obstacle 'rock'", "scale"));
    o = sphere();
    o.orientation = {0, 0, 0, 0};
    CHECK(says(validate("rock", o, kCm), "obstacle 'rock'", "length 0"));
    o = sphere();
    o.linear_velocity.x = 10100;
    CHECK(says(validate("rock", o, kCm), "obstacle 'rock'", "100 m/s"));
    o = sphere();
    o.position.x = 1.1e6f;
    CHECK(says(validate("rock", o, kCm), "obstacle 'rock'", "10 km"));
    o = sphere();
    o.angular_velocity_radps.z = kNan;
    CHECK(says(validate("rock", o, kCm), "obstacle 'rock'", "angular"));
    CHECK(says(validate("", sphere(), kCm), "obstacle id ''", "1 to 64"));
    CHECK(says(validate(std::string(65, 'a'), sphere(), kCm), "65 characters", "1 to 64"));
}

TEST_CASE("sizes by shape: what must not be zero, and what may") {
    Obstacle o;
    o.shape = Shape::Capsule;
    o.size = {30, 0, 0};
    CHECK(validate("c", o, kCm).ok());
    o.shape = Shape::Cylinder;
    CHECK(says(validate("c", o, kCm), "'c'", "half height"));
    o.shape = Shape::Box;
    o.size = {10, 10, 0};
    CHECK(says(validate("c", o, kCm), "'c'", "half extent"));
    o.size = {10, 10, 10001};
    CHECK(says(validate("c", o, kCm), "'c'", "100 m"));
    o.shape = Shape::Plane;
    CHECK(validate("c", o, kCm).ok());
    o.shape = Shape::Geometry;
    o.geometry_id = "abc";
    CHECK(says(validate("c", o, kCm), "'c'", "upload"));
    o.geometry_id = std::string(64, 'a');
    CHECK(validate("c", o, kCm).ok());
    o.geometry_scale = 0;
    CHECK(says(validate("c", o, kCm), "'c'", "scale 0"));
}

TEST_CASE("a target of a bone that is not there names the bone and those that are") {
    Target t = reach();
    CHECK(validate("t", t, kCm, standard_joint_names()).ok());
    t.joint = "hand_l";
    CHECK(says(validate("t", t, kCm, standard_joint_names()), "'hand_l'", "left_wrist"));
    t = reach();
    t.ignore_x = t.ignore_y = t.ignore_z = true;
    CHECK(says(validate("t", t, kCm, standard_joint_names()), "target 't'", "axes"));
    t = reach();
    t.weight = 0;
    CHECK(says(validate("t", t, kCm, standard_joint_names()), "target 't'", "weight"));
    t = reach();
    t.hold_s = -1;
    CHECK(says(validate("t", t, kCm, standard_joint_names()), "target 't'", "hold_s"));
}

TEST_CASE("paths, points to look at, key poses and prompts") {
    Path path;
    CHECK(says(validate(path, kCm), "path", "waypoints"));
    path.waypoints = {{{0, 0, 0}, 2.0}, {{100, 0, 0}, 2.0}};
    CHECK(says(validate(path, kCm), "waypoint 1", "not later"));
    path.waypoints[1].arrive_time_s = 3.0;
    CHECK(validate(path, kCm).ok());
    path.speed = 900;
    CHECK(says(validate(path, kCm), "path", "speed"));

    LookAt look;
    look.position.z = kNan;
    CHECK(says(validate(look, kCm), "look_at", "finite"));

    KeyPose pose;
    CHECK(says(validate("k", pose, kCm, standard_joint_names()), "key pose 'k'", "instead of 22"));
    pose.joint_positions.resize(22);
    CHECK(validate("k", pose, kCm, standard_joint_names()).ok());
    pose.joint_positions[20].x = kNan;
    CHECK(says(validate("k", pose, kCm, standard_joint_names()), "left_wrist", "finite"));

    CHECK(check_prompt("\xC3\xA4\xC3\xB6", 2).ok());   // two characters, four bytes
    CHECK_FALSE(check_prompt("abc", 2).ok());
}

TEST_CASE("ids of a game's objects fit whatever they are called") {
    CHECK(object_id("Crate", 7) == "Crate#7");
    CHECK(object_id("Crate", 7, 2) == "Crate#7/2");
    const std::string umlauts = "\xc3\xa4\xc3\xb6\xc3\xbc";   // three characters of two bytes
    std::string name = "x";
    for (int i = 0; i < 30; ++i) name += umlauts;
    const std::string id = object_id(name, 123, 4);
    CHECK(check_id("obstacle", id).ok());
    CHECK(id.size() >= 63);
    CHECK(id.substr(id.size() - 6) == "#123/4");
    CHECK(static_cast<unsigned char>(id[id.size() - 8]) == 0xc3u);   // whole characters
}
