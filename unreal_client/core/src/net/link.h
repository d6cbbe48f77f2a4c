// One stream of a live session: from Hello and Welcome to its end.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "lamp/status.h"
#include "lamp/v1/service.grpc.pb.h"
#include "stopper.h"
#include "targets.h"

namespace lamp {

// One thread may read while another writes. `end` must be called after reading to the end.
class Link {
public:
    // Says hello and waits for the welcome, for at most timeout_s. `affinity`: what a balancer hashes.
    static Result<std::shared_ptr<Link>> open(Targets& targets, const v1::Hello& hello, const std::string& affinity,
                                              double timeout_s, Stopper& stopper);

    const v1::Welcome& welcome() const { return welcome_; }
    const std::string& address() const { return address_; }
    bool read(v1::DriveResponse* message) { return stream_->Read(message); }
    // False when the stream is over (its reader knows why). Nothing more may be sent after Bye.
    bool write(const v1::DriveRequest& message);
    // The status of a stream that was read to its end.
    Status end();
    // Ends the stream without a word.
    void cut() { context_->TryCancel(); }

private:
    std::shared_ptr<grpc::ClientContext> context_ = std::make_shared<grpc::ClientContext>();
    std::unique_ptr<v1::MotionService::Stub> stub_;
    std::unique_ptr<grpc::ClientReaderWriter<v1::DriveRequest, v1::DriveResponse>> stream_;
    v1::Welcome welcome_;
    std::string address_;
};

}  // namespace lamp
