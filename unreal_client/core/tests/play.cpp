// A game without an engine: one character on a mannequin among obstacles, for some seconds, at a server. Says on one line of
// JSON how it went; tests/cpp/test_character.py starts the server and judges.
//
//   lamp_play HOST:PORT SECONDS
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "fixtures.h"
#include "lamp/lamp.h"

using namespace lamp;

namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// A joint of the stream and the next, and the bones they drive.
constexpr const char* kLimbs[][4] = {{"left_hip", "left_knee", "thigh_l", "calf_l"},
                                     {"right_knee", "right_ankle", "calf_r", "foot_r"},
                                     {"left_shoulder", "left_elbow", "upperarm_l", "lowerarm_l"},
                                     {"right_elbow", "right_wrist", "lowerarm_r", "hand_r"}};
const Vec3 kPillar{500, 60, 90};

struct Scene {
    std::vector<std::string> ids;
    std::vector<Obstacle> obstacles;
};

Scene scene_at(double time_s) {
    Scene scene;
    const auto add = [&scene](const std::string& id, Vec3 place, float radius) {
        Obstacle sphere;
        sphere.position = place;
        sphere.size.x = radius;
        scene.ids.push_back(id);
        scene.obstacles.push_back(sphere);
        return &scene.obstacles.back();
    };
    Obstacle* pillar = add("pillar", kPillar, 30);
    pillar->shape = Shape::Capsule;
    pillar->size = {30, 90, 0};
    Obstacle* ball = add("ball", {300, 400 - 20 * static_cast<float>(time_s), 100}, 15);
    ball->linear_velocity = {0, -20, 0};
    for (int i = 0; i < 40; ++i) add("far " + std::to_string(i), {5000, 100.0f * static_cast<float>(i), 100}, 20);
    if (time_s > 2.0) add("broken", {std::nanf(""), 0, 0}, 10);
    return scene;
}

Vec3 place_of(const Character& hero, const std::string& bone, std::vector<Transform>& world) {
    const auto& local = hero.local();
    world.resize(local.size());
    for (std::size_t b = 0; b < local.size(); ++b) {
        const int parent = hero.bone_parents()[b];
        const Transform above = parent < 0 ? Transform{hero.origin(), hero.world_from_component()} : world[static_cast<std::size_t>(parent)];
        world[b] = {above.position + rotate(above.rotation, local[b].position), above.rotation * local[b].rotation};
    }
    const auto& names = hero.bone_names();
    return world[static_cast<std::size_t>(std::find(names.begin(), names.end(), bone) - names.begin())].position;
}

// How far the limbs of the mesh point away from those of the stream, radians.
float limb_error(const Character& hero, const Skeleton& skeleton, std::vector<Transform>& world) {
    float worst = 0.0f;
    for (const auto& limb : kLimbs) {
        const auto joint = [&](int i) { return hero.pose().positions[static_cast<std::size_t>(skeleton.index_of(limb[i]))]; };
        const Vec3 streamed = normalized(joint(1) - joint(0));
        const Vec3 shown = normalized(place_of(hero, limb[3], world) - place_of(hero, limb[2], world));
        worst = std::max(worst, length(streamed - shown));
    }
    return worst;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : c == '\n' ? std::string(" ") : std::string(1, c);
    return out;
}

// Why a mesh without an arm is not driven.
std::string problem_of_bad_mesh(Client& client) {
    CharacterOptions options;
    options.name = "broken hero";
    options.bones = mannequin();
    for (RigBone& bone : options.bones) {
        if (bone.name == "lowerarm_r") bone.name = "forearm_right";
    }
    Result<std::unique_ptr<Character>> hero = Character::begin(client, options);
    if (!hero.ok()) return hero.status().text();
    Event event;
    const double start_s = now_s();
    while (now_s() - start_s < 10.0 && hero.value()->session().state() != SessionState::Ended) {
        if (hero.value()->advance(now_s())) return "it was driven";
        while (hero.value()->next_event(event)) {}
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return hero.value()->problem();
}

void offer(Character& hero, const Scene& scene) {
    hero.begin_obstacles();
    for (std::size_t i = 0; i < scene.ids.size(); ++i) {
        hero.offer(scene.ids[i], scene.obstacles[i], length(scene.obstacles[i].position - hero.pose().positions[0]));
    }
    hero.finish_obstacles();
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: lamp_play HOST:PORT SECONDS\n");
        return 2;
    }
    ClientOptions client_options;
    client_options.addresses = {arguments[1]};
    const double seconds = std::atof(arguments[2]);
    auto client = Client::create(client_options).take();
    CharacterOptions options;
    options.name = "hero";
    options.bones = mannequin();
    options.session.prompt = "a person walks forward";
    options.session.start_position = {100, 50, 0};
    auto hero = Character::begin(*client, options).take();
    std::vector<Transform> world;
    Event event;
    float nearest = 1e9f, limbs = 0.0f, pelvis = 0.0f;
    std::uint64_t frames = 0, plans = 0;
    std::size_t most_told = 0, most_offered = 0;
    Vec3 first;
    const double start_s = now_s();
    while (now_s() - start_s < seconds) {
        while (hero->next_event(event)) plans += event.kind == EventKind::Plan;
        if (hero->advance(now_s())) {
            if (frames++ == 0) first = hero->origin();
            offer(*hero, scene_at(hero->session_s()));
            most_told = std::max(most_told, hero->obstacles().told());
            most_offered = std::max(most_offered, hero->obstacles().offered());
            Vec3 apart = hero->pose().positions[0] - kPillar;
            apart.z = 0;
            nearest = std::min(nearest, length(apart));
            limbs = std::max(limbs, limb_error(*hero, *hero->session().skeleton(), world));
            Vec3 shifted = place_of(*hero, "pelvis", world) - hero->pose().positions[0];
            shifted.z = 0;
            pelvis = std::max(pelvis, length(shifted));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(16));
    }
    const Vec3 last = hero->origin();
    std::printf("{\"frames\": %llu, \"plans\": %llu, \"first\": [%g, %g, %g], \"last\": [%g, %g, %g], \"nearest_cm\": %g, "
                "\"limb_error\": %g, \"pelvis_shift_cm\": %g, \"told\": %zu, \"offered\": %zu, \"most\": %zu, \"problem\": \"%s\", ",
                static_cast<unsigned long long>(frames), static_cast<unsigned long long>(plans), first.x, first.y, first.z, last.x,
                last.y, last.z, nearest, limbs, pelvis, most_told, most_offered, hero->session().max_obstacles(),
                escaped(hero->problem()).c_str());
    const double closing_s = now_s();
    hero.reset();
    std::printf("\"closed_s\": %g, \"bad_mesh\": \"%s\"}\n", now_s() - closing_s, escaped(problem_of_bad_mesh(*client)).c_str());
    return 0;
}
