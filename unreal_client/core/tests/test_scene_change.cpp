#include <doctest/doctest.h>

#include "lamp/scene_change.h"

using namespace lamp;

namespace {

SceneChange put(const std::string& id, float x) {
    SceneChange change;
    change.put_obstacles[id].position.x = x;
    return change;
}

SceneChange removed(const std::string& id) {
    SceneChange change;
    change.remove_obstacles.insert(id);
    return change;
}

SceneChange cleared() {
    SceneChange change;
    change.clear = true;
    return change;
}

}  // namespace

TEST_CASE("the newest wins per id") {
    SceneChange all = put("a", 1);
    all.merge(put("b", 2));
    all.merge(put("a", 3));
    CHECK(all.size() == 2);
    CHECK(all.put_obstacles["a"].position.x == 3);
    all.merge(removed("a"));
    CHECK(all.put_obstacles.count("a") == 0);
    CHECK(all.remove_obstacles.count("a") == 1);
    all.merge(put("a", 4));
    CHECK(all.remove_obstacles.empty());
    CHECK(all.put_obstacles["a"].position.x == 4);
}

TEST_CASE("clearing takes all but prompt and floor, and what comes after it stays") {
    SceneChange all = put("a", 1);
    all.prompt = "walk";
    all.floor = Floor::None;
    all.look_at = LookAt{};
    all.merge(cleared());
    all.merge(put("b", 2));
    CHECK(all.clear);
    CHECK(all.put_obstacles.size() == 1);
    CHECK_FALSE(all.look_at.has_value());
    CHECK(all.prompt == std::optional<std::string>("walk"));
    CHECK(all.floor == Floor::None);
}

TEST_CASE("looking and the end of looking replace each other") {
    SceneChange look, ahead;
    look.look_at = LookAt{};
    ahead.clear_look_at = true;
    SceneChange all = look;
    all.merge(ahead);
    CHECK((all.clear_look_at && !all.look_at));
    all.merge(look);
    CHECK((!all.clear_look_at && all.look_at));
}

TEST_CASE("the parts of a change make the change, one thing each") {
    SceneChange all = put("a", 1);
    all.merge(put("b", 2));
    all.merge(removed("c"));
    all.floor = Floor::None;
    all.put_targets["t"].joint = "head";
    SceneChange again;
    for (const SceneChange& part : all.parts()) {
        CHECK(part.size() == 1);
        again.merge(part);
    }
    CHECK(again.size() == all.size());
    CHECK(again.put_obstacles["b"].position.x == 2);
}

TEST_CASE("taking out what was replaced later") {
    SceneChange all = put("a", 1);
    all.merge(put("b", 2));
    all.subtract(put("a", 9));
    CHECK(all.put_obstacles.size() == 1);
    all.subtract(removed("b"));
    CHECK(all.empty());
}
