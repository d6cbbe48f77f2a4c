// Ends waiting from another thread: sleeps, and calls that are under way.
#pragma once

#include <grpcpp/client_context.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace lamp {

class Stopper {
public:
    void stop();
    bool stopped() const;
    // False when it was stopped before the time was over.
    bool sleep(double seconds);
    // Cancelled by stop(), at once where that has happened.
    void watch(const std::shared_ptr<grpc::ClientContext>& call);

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
    std::vector<std::weak_ptr<grpc::ClientContext>> calls_;
};

}  // namespace lamp
