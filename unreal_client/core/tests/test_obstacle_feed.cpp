#include <doctest/doctest.h>

#include "allocations.h"
#include "fixtures.h"
#include "lamp/obstacle_feed.h"

using namespace lamp;

namespace {

Obstacle sphere(float x, float speed = 0.0f) {
    Obstacle o;
    o.size.x = 20;
    o.position.x = x;
    o.linear_velocity.x = speed;
    return o;
}

// One frame with one obstacle; whether it was news.
bool told(ObstacleFeed& feed, double time_s, const Obstacle& obstacle) {
    static const std::string id = "crate";
    std::vector<ObstacleNews> news;
    feed.begin(16);
    feed.offer(id, obstacle, 0.0f);
    feed.finish(time_s, news);
    return !news.empty();
}

}  // namespace

TEST_CASE("an obstacle is told once, and again when it is not where its velocity takes it") {
    ObstacleFeed feed(0.01);
    CHECK(told(feed, 0.0, sphere(0, 100)));
    CHECK_FALSE(told(feed, 0.5, sphere(50, 100)));
    CHECK_FALSE(told(feed, 1.0, sphere(101, 100)));   // 1 cm off
    CHECK(told(feed, 1.5, sphere(160, 100)));
    CHECK_FALSE(told(feed, 1.55, sphere(300, 100)));   // too soon after the last
    CHECK(told(feed, 1.7, sphere(300, 100)));
    CHECK(told(feed, 2.0, sphere(330, 0)));            // it stopped
    Obstacle larger = sphere(330, 0);
    larger.size.x = 25;
    CHECK(told(feed, 2.01, larger));                   // another shape, at once
}

TEST_CASE("a turn is told unless its angular velocity makes it") {
    ObstacleFeed feed(0.01);
    Obstacle o = sphere(0);
    o.shape = Shape::Box;
    o.size = {20, 20, 20};
    o.angular_velocity_radps = {0, 0, 1};
    CHECK(told(feed, 0.0, o));
    o.orientation = about_z(0.5f);
    CHECK_FALSE(told(feed, 0.5, o));
    o.orientation = about_z(0.8f);
    CHECK(told(feed, 0.6, o));
}

TEST_CASE("of more than a session may have the nearest are told, without flicker") {
    ObstacleFeed feed(0.01);
    const std::string a = "a", b = "b", c = "c";
    std::vector<ObstacleNews> news;
    const auto frame = [&](double time_s, float da, float db, float dc) {
        feed.begin(2);
        feed.offer(a, sphere(0), da);
        feed.offer(b, sphere(1), db);
        feed.offer(c, sphere(2), dc);
        feed.finish(time_s, news);
    };
    frame(0.0, 100, 200, 300);
    REQUIRE(news.size() == 2);
    CHECK(feed.offered() == 3);
    CHECK(feed.told() == 2);
    frame(0.2, 100, 200, 190);   // hardly nearer
    CHECK(news.empty());
    frame(0.4, 100, 200, 50);
    REQUIRE(news.size() == 2);
    CHECK((news[0].removed && news[0].id == "b"));   // removed first: there is room for so many
    CHECK((!news[1].removed && news[1].id == "c"));
}

TEST_CASE("what is gone is removed, and told anew when it comes back") {
    ObstacleFeed feed(0.01);
    CHECK(told(feed, 0.0, sphere(0)));
    std::vector<ObstacleNews> news;
    feed.begin(16);
    feed.finish(0.1, news);
    REQUIRE(news.size() == 1);
    CHECK(news[0].removed);
    CHECK(told(feed, 0.2, sphere(0)));
    feed.forget();
    CHECK(told(feed, 0.21, sphere(0)));
}

TEST_CASE("a place that is no number is passed on, so that it is refused by name, however far away it seems") {
    ObstacleFeed feed(0.01);
    CHECK(told(feed, 0.0, sphere(0)));
    CHECK(told(feed, 0.5, sphere(std::nanf(""))));
    const std::string bad = "bad", good = "good";
    std::vector<ObstacleNews> news;
    feed.begin(1);
    feed.offer(good, sphere(0), 10);
    feed.offer(bad, sphere(std::nanf("")), std::nanf(""));
    feed.finish(1.0, news);
    CHECK((!news.back().removed && news.back().id == "bad"));
}

TEST_CASE("a frame without news allocates nothing") {
    ObstacleFeed feed(0.01);
    std::vector<std::string> ids;
    for (int i = 0; i < 40; ++i) ids.push_back("an obstacle with a long name, number " + std::to_string(i));
    std::vector<ObstacleNews> news;
    const auto frame = [&](double time_s) {
        feed.begin(16);
        for (std::size_t i = 0; i < ids.size(); ++i) feed.offer(ids[i], sphere(static_cast<float>(i)), static_cast<float>(i));
        feed.finish(time_s, news);
    };
    frame(0.0);
    CHECK(news.size() == 16);
    const std::size_t before = allocations_of_this_thread();
    for (int i = 1; i < 50; ++i) frame(0.1 * i);
    CHECK(allocations_of_this_thread() == before);
    CHECK(news.empty());
}
