#include "vectors.h"

#include <cmath>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "json.h"
#include "lamp/lamp.h"
#include "lamp/plan_buffer.h"

namespace {

using lamp::Convention;
using lamp::Quat;
using lamp::Vec3;

std::optional<Convention> preset(const std::string& name) {
    if (name == "MODEL" || name == "GLTF") return Convention::model();
    if (name == "UNITY") return Convention::unity();
    if (name == "UNREAL") return Convention::unreal();
    if (name == "BLENDER") return Convention::blender();
    return std::nullopt;
}

lamp::Skeleton two_joints() {
    lamp::Skeleton skeleton;
    skeleton.names = {"pelvis", "head"};
    skeleton.parents = {-1, 0};
    skeleton.rest_offsets = {{}, {0.0f, 0.0f, 60.0f}};
    skeleton.radii = {10.0f, 10.0f};
    return skeleton;
}

class Answers {
public:
    std::string answer(const std::string& line) {
        std::istringstream in(line);
        std::string verb;
        in >> verb;
        if (verb == "convention") return "\"UNREAL\"";
        if (verb == "interpolate") return interpolate(in);
        if (verb == "buffer" || verb == "plan" || verb == "frames" || verb == "sample") return buffer(verb, in);
        std::string name;
        in >> name;
        const std::optional<Convention> axes = preset(name);
        return axes ? mapped(verb, *axes, in) : "null";
    }

private:
    static std::string mapped(const std::string& verb, const Convention& axes, std::istream& in) {
        if (verb == "length_from_model") {
            double length_m = 0.0;
            in >> length_m;
            return Json::number(length_m / axes.metres_per_unit());
        }
        if (verb == "rotation_from_model" || verb == "rotation_to_model") {
            Quat q;
            in >> q.x >> q.y >> q.z >> q.w;
            return Json::array(verb == "rotation_from_model" ? axes.rotation_from_model(q) : axes.rotation_to_model(q));
        }
        Vec3 v;
        in >> v.x >> v.y >> v.z;
        if (verb == "position_from_model") return Json::array(axes.position_from_model(v));
        if (verb == "position_to_model") return Json::array(axes.position_to_model(v));
        if (verb == "extents_from_model") return Json::array(axes.extents_from_model(v));
        if (verb == "angular_velocity_from_model") return Json::array(axes.angular_velocity_from_model(v));
        return "null";
    }

    static std::string interpolate(std::istream& in) {
        Quat a, b;
        float share = 0.0f;
        in >> a.x >> a.y >> a.z >> a.w >> b.x >> b.y >> b.z >> b.w >> share;
        return Json::array(lamp::slerp(a, b, share));
    }

    std::string buffer(const std::string& verb, std::istream& in) {
        if (verb == "buffer") {
            float fps = 0.0f;
            in >> fps;
            buffer_ = std::make_unique<lamp::PlanBuffer>(two_joints(), fps, 1.0, 10.0);
            return "true";
        }
        if (!buffer_) return "null";
        return verb == "sample" ? sample(in) : fill(verb, in);
    }

    std::string fill(const std::string& verb, std::istream& in) {
        std::uint64_t plan_id = 0;
        std::int64_t start = 0, count = 0;
        double x = 0.0, dx = 0.0, angle = 0.0, turn = 0.0;
        in >> plan_id >> start >> count >> x >> dx >> angle >> turn;
        std::vector<std::vector<float>> turns, places;
        std::vector<lamp::FrameView> frames;
        for (std::int64_t i = 0; i < count; ++i) {
            const double half = (angle + static_cast<double>(i) * turn) / 2.0;
            const auto along = static_cast<float>(x + static_cast<double>(i) * dx);
            turns.push_back({0.0f, 0.0f, static_cast<float>(std::sin(half)), static_cast<float>(std::cos(half)), 0, 0, 0, 1});
            places.push_back({along, 0.0f, 0.0f, along, 0.0f, 60.0f});
        }
        for (std::int64_t i = 0; i < count; ++i) {
            const auto at = static_cast<std::size_t>(i);
            const double time_s = static_cast<double>(start + i) / static_cast<double>(buffer_->fps());
            frames.push_back({start + i, time_s, plan_id, turns[at].data(), places[at].data(), nullptr});
        }
        if (verb == "plan") {
            buffer_->begin_plan(plan_id, start, frames.data(), frames.size());
        } else {
            buffer_->add(frames.data(), frames.size());
        }
        return "true";
    }

    std::string sample(std::istream& in) {
        double time_s = 0.0;
        in >> time_s;
        lamp::Pose pose;
        if (!buffer_->sample(time_s, pose)) return "false";
        const Quat q = pose.local_rotations[0];
        const double angle = std::remainder(2.0 * std::atan2(static_cast<double>(q.z), static_cast<double>(q.w)), 2.0 * 3.14159265358979323846);
        return Json().add("x", static_cast<double>(pose.positions[0].x)).add("plan_id", pose.plan_id).add("frame", pose.index)
            .add("held", pose.held).add("angle", angle).text();
    }

    std::unique_ptr<lamp::PlanBuffer> buffer_;
};

}  // namespace

int vectors() {
    Answers answers;
    for (std::string line; std::getline(std::cin, line);) say(answers.answer(line));
    return 0;
}
