#include <doctest/doctest.h>

#include "lamp/outgoing.h"

using namespace lamp;
using Kind = OutgoingMessage::Kind;

namespace {

struct Desk {
    int wakes = 0;
    Outgoing outgoing{"walk", [this] { ++wakes; }};
    double now_s = 10.0;

    Desk() { outgoing.welcome(0, SceneLimits{}); }

    std::uint64_t put(const std::string& id, float x = 0) {
        SceneChange change;
        change.put_obstacles[id].position.x = x;
        return outgoing.post(change).value();
    }

    std::vector<OutgoingMessage> take(double later_s = 1.0) {
        double wait_s = 0.0;
        return outgoing.take(now_s += later_s, wait_s);
    }
};

}  // namespace

TEST_CASE("what comes faster than it can be sent is one message, the newest per id, under the newest revision") {
    Desk desk;
    desk.put("a", 1);
    desk.put("b", 2);
    CHECK(desk.put("a", 3) == 3);
    CHECK(desk.wakes >= 3);
    const auto messages = desk.take();
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].revision == 3);
    CHECK(messages[0].change.put_obstacles.size() == 2);
    CHECK(messages[0].change.put_obstacles.at("a").position.x == 3);
    CHECK(desk.take().empty());
}

TEST_CASE("memory is bounded by what there is, however fast the game is and however slow the server") {
    Desk desk;
    for (int i = 0; i < 100000; ++i) desk.put("ball", static_cast<float>(i));
    CHECK(desk.outgoing.waiting() == 1);
    for (int i = 0; i < 20000; ++i) {
        SceneChange change;
        change.remove_obstacles.insert("x" + std::to_string(i));
        REQUIRE(desk.outgoing.post(change).ok());
    }
    CHECK(desk.outgoing.waiting() < 5000);
    SceneChange gone;
    gone.remove_obstacles.insert("ball");
    desk.outgoing.post(gone).value();
    CHECK(desk.outgoing.scene().put_obstacles.empty());
}

TEST_CASE("prompt and scene go as two messages in the order of their revisions") {
    Desk desk;
    SceneChange prompt;
    prompt.prompt = "run";
    desk.put("a");
    desk.outgoing.post(prompt).value();
    auto messages = desk.take();
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].kind == Kind::Scene);
    CHECK(messages[0].revision == 1);
    CHECK(messages[1].kind == Kind::Prompt);
    CHECK(messages[1].revision == 2);
    desk.outgoing.post(prompt).value();
    desk.put("a");
    messages = desk.take();
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].kind == Kind::Prompt);
    CHECK(messages[1].revision == 4);
}

TEST_CASE("only the newest playhead goes, at most twenty a second, and never back") {
    Desk desk;
    desk.outgoing.set_playhead(1.0);
    desk.outgoing.set_playhead(2.0);
    desk.outgoing.set_playhead(1.5);
    auto messages = desk.take();
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].time_s == 2.0);
    desk.outgoing.set_playhead(2.1);
    CHECK(desk.take(0.03).empty());
    CHECK(desk.take(0.03).size() == 1);
    desk.outgoing.set_playhead(2.1);   // paused: the same again
    CHECK(desk.take().size() == 1);
}

TEST_CASE("changes are spaced, the first one is not delayed") {
    Desk desk;
    desk.put("a");
    CHECK(desk.take(0.0).size() == 1);
    desk.put("a");
    CHECK(desk.take(0.01).empty());
    CHECK(desk.take(0.02).size() == 1);
}

TEST_CASE("a refused message of several things is sent again one by one; what is refused alone is forgotten") {
    Desk desk;
    desk.put("good", 1);
    desk.take();
    desk.put("good", 2);
    const std::uint64_t refused = desk.put("bad");
    desk.take();
    desk.outgoing.refused(refused);
    const auto again = desk.take();
    REQUIRE(again.size() == 2);
    CHECK(again[0].revision > refused);
    CHECK(again[1].revision > again[0].revision);
    for (const OutgoingMessage& message : again) {
        REQUIRE(message.change.size() == 1);
        if (message.change.put_obstacles.count("bad")) desk.outgoing.refused(message.revision);
    }
    CHECK(desk.take().empty());
    const SceneChange scene = desk.outgoing.scene();
    CHECK(scene.put_obstacles.count("bad") == 0);
    CHECK(scene.put_obstacles.at("good").position.x == 2);
}

TEST_CASE("what was refused leaves what it would have replaced") {
    Desk desk;
    desk.put("a", 1);
    desk.take();
    const std::uint64_t refused = desk.put("a", 2);
    desk.take();
    desk.outgoing.refused(refused);
    CHECK(desk.outgoing.scene().put_obstacles.at("a").position.x == 1);
    CHECK(desk.take().empty());
}

TEST_CASE("a thing that changed since is not sent again in its old form") {
    Desk desk;
    desk.put("a", 1);
    const std::uint64_t refused = desk.put("b", 1);
    desk.take();
    desk.put("a", 5);
    desk.outgoing.refused(refused);
    int a = 0;
    for (const OutgoingMessage& message : desk.take()) {
        if (message.change.put_obstacles.count("a")) {
            ++a;
            CHECK(message.change.put_obstacles.at("a").position.x == 5);
        }
    }
    CHECK(a == 1);
}

TEST_CASE("a server that resumed is told only what it missed; another one everything, geometry last") {
    Desk desk;
    desk.put("a", 1);
    desk.take();
    SUBCASE("resumed, nothing missed") {
        desk.outgoing.disconnect();
        desk.outgoing.connect(1, true);
        CHECK(desk.take().empty());
    }
    SUBCASE("resumed, but a change was made meanwhile") {
        desk.outgoing.disconnect();
        desk.put("b", 2);
        CHECK(desk.take().empty());   // there is no stream
        desk.outgoing.connect(1, true);
        const auto messages = desk.take();
        REQUIRE(messages.size() == 2);
        CHECK(messages[0].kind == Kind::Prompt);
        CHECK(messages[0].revision > 2);
        CHECK(messages[1].change.clear);
        CHECK(messages[1].change.put_obstacles.size() == 2);
    }
    SUBCASE("another server") {
        SceneChange mesh;
        mesh.put_obstacles["m"].shape = Shape::Geometry;
        mesh.put_obstacles["m"].geometry_id = std::string(64, 'a');
        desk.outgoing.post(mesh).value();
        desk.take();
        desk.outgoing.disconnect();
        desk.outgoing.connect(0, false);
        auto messages = desk.take();
        REQUIRE(messages.size() == 1);
        CHECK(messages[0].change.clear);
        CHECK(messages[0].change.put_obstacles.size() == 1);
        CHECK(desk.outgoing.geometry_ids().size() == 1);
        desk.outgoing.tell_geometry();
        messages = desk.take();
        REQUIRE(messages.size() == 1);
        CHECK(messages[0].change.put_obstacles.count("m") == 1);
        desk.outgoing.refused(messages[0].revision);
        CHECK(desk.outgoing.scene().put_obstacles.size() == 1);   // and it is not told again for ever
    }
}

TEST_CASE("a whole scene that is refused loses only what cannot be used") {
    Desk desk;
    for (const char* id : {"a", "b", "c"}) desk.put(id);
    desk.take();
    desk.outgoing.disconnect();
    desk.outgoing.connect(0, false);
    const auto told = desk.take();
    REQUIRE(told.size() == 1);
    desk.put("d");
    desk.take();
    desk.outgoing.refused(told[0].revision);
    std::size_t things = 0;
    for (const OutgoingMessage& message : desk.take()) {
        things += message.change.put_obstacles.size();
        if (message.change.put_obstacles.count("b")) desk.outgoing.refused(message.revision);
    }
    CHECK(things == 4);   // the clear comes first, so what was put since must come once more
    const SceneChange scene = desk.outgoing.scene();
    CHECK(scene.put_obstacles.size() == 3);
    CHECK(scene.put_obstacles.count("b") == 0);
}

TEST_CASE("what is asked for before the first welcome is told after it") {
    Outgoing outgoing("walk", [] {});
    SceneChange change;
    change.put_obstacles["early"] = Obstacle{};
    const std::uint64_t revision = outgoing.post(change).value();
    double wait_s = 0.0;
    CHECK(outgoing.take(1.0, wait_s).empty());
    outgoing.welcome(0, SceneLimits{});
    const auto messages = outgoing.take(2.0, wait_s);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].revision >= revision);
    CHECK(messages[0].change.put_obstacles.count("early") == 1);
}

TEST_CASE("a scene that is full refuses the next thing by name, and takes it when there is room") {
    Outgoing outgoing("walk", [] {});
    SceneLimits limits;
    limits.max_obstacles = 2;
    outgoing.welcome(0, limits);
    const auto put = [&](const std::string& id) {
        SceneChange change;
        change.put_obstacles[id] = Obstacle{};
        return outgoing.post(change);
    };
    CHECK(put("a").ok());
    CHECK(put("b").ok());
    CHECK(put("a").ok());
    const auto third = put("c");
    REQUIRE_FALSE(third.ok());
    CHECK(third.status().code == Code::ResourceExhausted);
    CHECK(third.status().message.find("obstacle 'c'") != std::string::npos);
    SceneChange swap;
    swap.remove_obstacles.insert("a");
    swap.put_obstacles["c"] = Obstacle{};
    CHECK(outgoing.post(swap).ok());
}

TEST_CASE("waypoints that were passed are not told again; at its end the last one stays") {
    Desk desk;
    SceneChange change;
    change.path = Path{};
    change.path->waypoints = {{{100, 0, 0}, {}}, {{200, 0, 0}, {}}, {{300, 0, 0}, {}}};
    desk.outgoing.post(change).value();
    desk.outgoing.walked({90, 10, 95}, 2, 0.01);   // the height does not count
    CHECK(desk.outgoing.scene().path->waypoints.size() == 2);
    desk.outgoing.walked({210, 0, 95}, 2, 0.01);
    desk.outgoing.walked({300, 0, 95}, 2, 0.01);
    REQUIRE(desk.outgoing.scene().path->waypoints.size() == 1);
    CHECK(desk.outgoing.scene().path->waypoints[0].position.x == 300);
    change.path->loop = true;
    desk.outgoing.post(change).value();
    desk.outgoing.walked({100, 0, 95}, 2, 0.01);
    CHECK(desk.outgoing.scene().path->waypoints.size() == 3);
    CHECK(desk.outgoing.scene().path->waypoints[0].position.x == 200);
}

TEST_CASE("bye comes last, after what waits") {
    Desk desk;
    desk.put("a");
    desk.outgoing.post_bye();
    const auto messages = desk.take(0.0);
    REQUIRE(messages.size() == 2);
    CHECK(messages[1].kind == Kind::Bye);
}
