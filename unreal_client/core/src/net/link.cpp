#include "link.h"

#include <grpcpp/alarm.h>

#include <atomic>
#include <chrono>
#include <cstdio>

#include "errors.h"

namespace lamp {
namespace {

std::string seconds(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g s", value);
    return text;
}

}  // namespace

Result<std::shared_ptr<Link>> Link::open(Targets& targets, const v1::Hello& hello, const std::string& affinity,
                                         double timeout_s, Stopper& stopper) {
    auto link = std::make_shared<Link>();
    const std::shared_ptr<grpc::ClientContext> context = link->context_;
    const std::string address = link->address_ = targets.address();
    targets.sign(*context);
    context->AddMetadata("lamp-session", affinity);
    link->stub_ = targets.stub();
    link->stream_ = link->stub_->Drive(context.get());
    stopper.watch(context);

    // The deadline of a call would be that of the whole stream; this one is for the welcome alone.
    const auto late = std::make_shared<std::atomic<bool>>(false);
    grpc::Alarm alarm;
    alarm.Set(std::chrono::system_clock::now() + std::chrono::milliseconds(static_cast<long>(timeout_s * 1000.0)),
              [context, late](bool rang) {
                  if (!rang) return;
                  late->store(true);
                  context->TryCancel();
              });
    v1::DriveRequest request;
    *request.mutable_hello() = hello;
    v1::DriveResponse first;
    const bool answered = link->stream_->Write(request) && link->stream_->Read(&first);
    alarm.Cancel();
    if (!answered) {
        // a write that failed says nothing: the status does, once everything is read
        while (link->stream_->Read(&first)) {
        }
        Status status = link->end();
        if (stopper.stopped()) return Status(Code::Cancelled, "the session was closed");
        if (late->load()) {
            return Status(Code::DeadlineExceeded, "no welcome from " + address + " within " + seconds(timeout_s) + "; is the server up?");
        }
        if (status.ok()) return Status(Code::Aborted, address + " ended the stream without a welcome");
        if (status.reason.empty()) status.message = address + ": " + status.message;
        return status;
    }
    if (!first.has_welcome()) {
        link->cut();
        return Status(Code::Internal, "the first message of " + address + " was no welcome; is it a LaMP server of this version?");
    }
    link->welcome_.Swap(first.mutable_welcome());
    return link;
}

bool Link::write(const v1::DriveRequest& message) {
    if (!stream_->Write(message)) return false;
    return !message.has_bye() || stream_->WritesDone();
}

Status Link::end() { return status_from(stream_->Finish()); }

}  // namespace lamp
