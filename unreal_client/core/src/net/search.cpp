#include "search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "wire.h"

namespace lamp {
namespace {

constexpr double kStartMotionS = 1.0;   // of the past, for a server to go on from
constexpr double kHeldLeadS = 0.4;      // where nothing is left to play
const char* const kStopping = "SHUTTING_DOWN";   // why a server that is about to stop ends streams and refuses new ones

// Every Drive call carries a key. Balancers hash it, so streams with the same key reach the same server as long as that
// one is there. It says nothing about the session and is no secret.
std::string new_key() {
    std::random_device random;
    std::string key;
    for (int i = 0; i < 16; ++i) key += "0123456789abcdef"[random() % 16u];
    return key;
}

}  // namespace

double steady_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Search::Search(std::shared_ptr<Targets> targets, const v1::Hello& hello, const ReconnectPolicy& policy,
               std::function<void(const Status&)> on_failure)
    : targets_(std::move(targets)),
      hello_(hello),
      policy_(policy),
      on_failure_(std::move(on_failure)),
      affinity_(new_key()),
      backoff_(policy, std::random_device{}()) {}

LinkResult Search::first(double timeout_s, Stopper& stopper) {
    const double end_s = steady_s() + timeout_s;
    Backoff backoff(policy_, std::random_device{}());
    backoff.next_s();   // the first round is made at once
    while (true) {
        Status failed;
        for (std::size_t i = 0; i < targets_->size(); ++i) {
            LinkResult link = attempt(hello_, end_s - steady_s(), stopper);
            if (link.ok() || !may_try_again(link.status()) || steady_s() >= end_s) return link;
            failed = link.status();
        }
        on_failure_(failed);
        const double pause_s = std::max(backoff.next_s(), failed.retry_after_s.value_or(0.0));
        if (!policy_.enabled || steady_s() + pause_s >= end_s) return failed;
        if (!stopper.sleep(pause_s)) return Status(Code::Cancelled, "the session was closed");
    }
}

LinkResult Search::again(Status lost, const std::function<v1::Hello(bool)>& hello, Stopper& stopper) {
    if (!deadline_s_) {
        deadline_s_ = steady_s() + policy_.give_up_s;
        backoff_.reset();
    }
    if (lost.reason == kStopping) affinity_ = new_key();
    if (lost.code == Code::Unavailable && (lost.reason.empty() || lost.reason == kStopping)) targets_->leave(targets_->address());
    for (std::size_t failed = 0; steady_s() < *deadline_s_;) {
        const double left_s = *deadline_s_ - steady_s();
        // one round over all servers, then a pause
        if (failed % targets_->size() == 0 &&
            !stopper.sleep(std::min(std::max(backoff_.next_s(), lost.retry_after_s.value_or(0.0)), left_s))) {
            return Status(Code::Cancelled, "the session was closed");
        }
        LinkResult link = attempt(hello(true), *deadline_s_ - steady_s(), stopper);
        if (link.ok() || !may_try_again(link.status())) return link;
        if (stopper.stopped()) return link;
        lost = link.status();
        ++failed;
    }
    Status status = lost;
    status.message = "no server took the session up within " + std::to_string(static_cast<int>(policy_.give_up_s)) + " s: " + lost.message;
    return status;
}

std::shared_ptr<Link> Search::elsewhere(const std::function<v1::Hello(bool)>& hello, Stopper& stopper) {
    affinity_ = new_key();
    targets_->leave(targets_->address());
    Backoff backoff(policy_, std::random_device{}());
    while (stopper.sleep(backoff.next_s())) {
        LinkResult link = attempt(hello(false), policy_.attempt_s, stopper);
        if (link.ok()) return link.take();
        if (!may_try_again(link.status())) return nullptr;
    }
    return nullptr;
}

LinkResult Search::attempt(const v1::Hello& hello, double left_s, Stopper& stopper) {
    const std::string address = targets_->address();
    LinkResult link = Link::open(*targets_, hello, affinity_, std::min(std::max(left_s, 0.1), policy_.attempt_s), stopper);
    if (!link.ok()) {
        if (link.status().reason == kStopping) affinity_ = new_key();
        targets_->leave(address);
        if (is_broken(link.status())) targets_->redial(address);
    }
    return link;
}

v1::Hello Search::hello_again(const Outgoing& outgoing, const Whereabouts& where, const v1::Welcome& welcome,
                              bool may_resume) const {
    v1::Hello hello = hello_;
    hello.set_prompt(outgoing.prompt());
    hello.set_fps(welcome.fps());
    hello.set_horizon_s(welcome.horizon_s());
    if (where.last_index < 0) {   // nothing was seen yet: as in the beginning, but with the session if that is known
        if (may_resume) hello.set_resume_token(welcome.session_token());
        return hello;
    }
    const double last_s = static_cast<double>(where.last_index) / where.fps;
    const double now_s = outgoing.told_s() ? *outgoing.told_s() : where.shown_s.value_or(last_s);
    const bool starved = now_s * where.fps > static_cast<double>(where.last_index) + 1e-6;
    if (!starved && may_resume) {
        // otherwise the character has been standing still here, while the server knows nothing of that
        hello.set_resume_token(welcome.session_token());
        hello.set_last_frame_index(where.last_index);
    }
    const double cut_s = starved ? now_s + kHeldLeadS : std::min(now_s + policy_.lead_s, last_s);
    if (const auto motion = where.last_motion(cut_s, kStartMotionS)) {
        hello.set_start_time_s(motion->end_s);
        wire::put(*motion, hello.mutable_start_motion());
    }
    return hello;
}

}  // namespace lamp
