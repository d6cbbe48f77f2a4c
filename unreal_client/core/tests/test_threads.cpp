#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "lamp/outgoing.h"

using namespace lamp;

// What the thread sanitizer looks at: a game that posts, a sender that takes, a reader that refuses, all at once.
TEST_CASE("posting, taking, refusing and reconnecting at the same time loses nothing and keeps revisions in order") {
    Outgoing outgoing("walk", [] {});
    outgoing.welcome(0, SceneLimits{});
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> newest{0};
    std::uint64_t sent = 0;
    bool ordered = true;
    std::thread sender([&] {
        double now_s = 0.0, wait_s = 0.0;
        while (!done.load()) {
            for (const OutgoingMessage& message : outgoing.take(now_s += 0.03, wait_s)) {
                if (message.revision == 0) continue;
                ordered = ordered && message.revision > sent;
                sent = message.revision;
                newest.store(sent);
            }
        }
    });
    std::thread reader([&] {
        for (int i = 0; i < 300; ++i) {
            outgoing.refused(newest.load());
            if (i % 50 == 49) {
                outgoing.disconnect();
                outgoing.connect(outgoing.revision(), true);
            }
            std::this_thread::yield();
        }
    });
    for (int i = 0; i < 3000; ++i) {
        SceneChange change;
        change.put_obstacles["o" + std::to_string(i % 7)].position.x = static_cast<float>(i);
        REQUIRE(outgoing.post(change).ok());
        outgoing.set_playhead(i / 60.0);
    }
    reader.join();
    SceneChange last;
    last.put_obstacles["last"].position.x = 1;
    const std::uint64_t revision = outgoing.post(last).value();
    for (int i = 0; i < 2000 && newest.load() < revision; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    done.store(true);
    sender.join();
    CHECK(ordered);
    CHECK(sent >= revision);
    CHECK(outgoing.scene().put_obstacles.count("last") == 1);
}
