#include <doctest/doctest.h>

#include <limits>

#include "lamp/clock_sync.h"

using lamp::ClockSync;

TEST_CASE("session time follows the clock of the game") {
    ClockSync clock;
    clock.start(100.0, 5.0);
    CHECK(clock.advance(100.5, 60.0) == doctest::Approx(5.5));
    CHECK(clock.game_s(6.0) == doctest::Approx(101.0));
}

TEST_CASE("where frames end the clock holds, and goes on from there without a jump") {
    ClockSync clock;
    clock.start(0.0, 0.0);
    CHECK(clock.advance(1.0, 0.75) == doctest::Approx(0.75));
    CHECK(clock.advance(2.0, 0.75) == doctest::Approx(0.75));
    CHECK(clock.held_s() == doctest::Approx(1.25));
    CHECK(clock.advance(2.1, 9.0) == doctest::Approx(0.85));
}

TEST_CASE("it never goes back: not with the clock of the game, nor with what is buffered") {
    ClockSync clock;
    clock.start(10.0, 1.0);
    clock.advance(11.0, 60.0);
    CHECK(clock.advance(5.0, 60.0) == doctest::Approx(2.0));
    CHECK(clock.advance(11.5, 0.0) == doctest::Approx(2.0));
    CHECK(clock.advance(std::numeric_limits<double>::quiet_NaN(), 60.0) == doctest::Approx(2.0));
}

TEST_CASE("slow motion and pause") {
    ClockSync clock;
    clock.start(0.0, 0.0);
    clock.set_rate(0.25);
    CHECK(clock.advance(2.0, 60.0) == doctest::Approx(0.5));
    CHECK(clock.game_s(1.0) == doctest::Approx(4.0));
    clock.set_rate(-3.0);
    CHECK(clock.rate() == 0.0);
    CHECK(clock.advance(9.0, 60.0) == doctest::Approx(0.5));
}

TEST_CASE("before it is started it stands") {
    ClockSync clock;
    CHECK(clock.advance(50.0, 60.0) == 0.0);
}
