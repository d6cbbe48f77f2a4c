#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "lamp/reconnect.h"

using namespace lamp;

TEST_CASE("the first attempt is made at once, later ones ever later, never after more than 0.7 s") {
    Backoff backoff(ReconnectPolicy{}, 42);
    CHECK(backoff.next_s() == 0.0);
    double delay_s = backoff.next_s();
    CHECK(delay_s > 0.06);
    CHECK(delay_s < 0.14);
    double longest_s = 0.0;
    for (int i = 0; i < 50; ++i) longest_s = std::max(longest_s, backoff.next_s());
    CHECK(longest_s > 0.65);
    CHECK(longest_s <= 0.7);
    backoff.reset();
    CHECK(backoff.next_s() == 0.0);
}

TEST_CASE("clients do not come back in step") {
    Backoff a(ReconnectPolicy{}, 1), b(ReconnectPolicy{}, 77777);
    a.next_s();
    b.next_s();
    CHECK(a.next_s() != b.next_s());
}

TEST_CASE("a transport that fails is a lost stream, a decision of the server is not") {
    CHECK(is_lost(Status(Code::Unavailable, "")));
    CHECK(is_lost(Status(Code::Internal, "")));
    Status decided(Code::Internal, "");
    decided.reason = "ENGINE_FAILED";
    CHECK_FALSE(is_lost(decided));
    CHECK_FALSE(is_lost(Status(Code::Unauthenticated, "")));
    Status full(Code::ResourceExhausted, "");
    full.reason = "TOO_MANY_SESSIONS";
    CHECK_FALSE(is_lost(full));
    CHECK(may_try_again(full));
}

TEST_CASE("settings that make no sense are refused by name") {
    ReconnectPolicy policy;
    CHECK(policy.validate().ok());
    policy.attempt_s = std::numeric_limits<double>::quiet_NaN();
    CHECK(policy.validate().message.find("attempt_s") != std::string::npos);
    policy = ReconnectPolicy{};
    policy.factor = 0.5;
    CHECK_FALSE(policy.validate().ok());
}

TEST_CASE("a connection is dialled anew when it may be what failed, not when a server spoke") {
    CHECK(is_broken(Status(Code::Unavailable, "connection refused")));
    CHECK(is_broken(Status(Code::DeadlineExceeded, "no welcome")));
    Status refused(Code::Unavailable, "about to stop");
    refused.reason = "SHUTTING_DOWN";
    CHECK_FALSE(is_broken(refused));
    CHECK_FALSE(is_broken(Status(Code::Unauthenticated, "wrong token")));
}
