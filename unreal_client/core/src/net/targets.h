// The servers a client knows, one connection each, made when it is needed.
#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "lamp/client.h"
#include "lamp/v1/service.grpc.pb.h"

namespace lamp {

// Thread-safe.
class Targets {
public:
    explicit Targets(const ClientOptions& options);

    std::size_t size() const { return options_.addresses.size(); }
    // The one in use.
    std::string address() const;
    // This one does not answer: use the next from now on. Somebody may have done so.
    void leave(const std::string& address);
    std::unique_ptr<v1::MotionService::Stub> stub();
    // The connection to an address may be dead: calls from now on use a new one.
    void redial(const std::string& address);
    // What goes along with every call.
    void sign(grpc::ClientContext& call) const;

private:
    std::shared_ptr<grpc::Channel> dial(const std::string& address) const;

    ClientOptions options_;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
    std::size_t current_ = 0;
};

}  // namespace lamp
