#include "stopper.h"

#include <algorithm>
#include <chrono>

namespace lamp {

void Stopper::stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    for (const auto& weak : calls_) {
        if (const auto call = weak.lock()) call->TryCancel();
    }
    calls_.clear();
    changed_.notify_all();
}

bool Stopper::stopped() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return stopped_;
}

bool Stopper::sleep(double seconds) {
    std::unique_lock<std::mutex> lock(mutex_);
    return !changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return stopped_; });
}

void Stopper::watch(const std::shared_ptr<grpc::ClientContext>& call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.erase(std::remove_if(calls_.begin(), calls_.end(), [](const auto& weak) { return weak.expired(); }), calls_.end());
    calls_.push_back(call);
    if (stopped_) call->TryCancel();
}

}  // namespace lamp
