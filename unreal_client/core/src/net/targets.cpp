#include "targets.h"

namespace lamp {
namespace {
// As runtime/keepalive.py: a server cuts off clients that ping more often.
constexpr int kPingMs = 10000, kPongMs = 5000;
// A server that is back should be found soon, also by calls that nobody redials for.
constexpr int kFirstDialMs = 100, kMostDialMs = 1000;
// gRPC takes its "minimum back-off" for the time in which a connection must be made, too: room for a slow network.
constexpr int kDialMs = 2000;
}  // namespace

Targets::Targets(const ClientOptions& options) : options_(options) {}

std::string Targets::address() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return options_.addresses[current_];
}

void Targets::leave(const std::string& address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (options_.addresses[current_] == address) current_ = (current_ + 1) % options_.addresses.size();
}

std::unique_ptr<v1::MotionService::Stub> Targets::stub() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::string& address = options_.addresses[current_];
    std::shared_ptr<grpc::Channel>& channel = channels_[address];
    if (!channel) channel = dial(address);
    return v1::MotionService::NewStub(channel);
}

void Targets::redial(const std::string& address) {
    const std::lock_guard<std::mutex> lock(mutex_);
    channels_.erase(address);   // streams that still run on it keep it alive
}

void Targets::sign(grpc::ClientContext& call) const {
    if (!options_.token.empty()) call.AddMetadata("authorization", "Bearer " + options_.token);
}

std::shared_ptr<grpc::Channel> Targets::dial(const std::string& address) const {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(static_cast<int>(options_.max_message_bytes));
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPongMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);   // a channel made anew dials anew
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstDialMs);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kDialMs);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMostDialMs);
    std::shared_ptr<grpc::ChannelCredentials> credentials;
    if (options_.tls) {
        grpc::SslCredentialsOptions tls;
        tls.pem_root_certs = options_.tls_ca_pem;
        tls.pem_cert_chain = options_.tls_certificate_pem;
        tls.pem_private_key = options_.tls_key_pem;
        credentials = grpc::SslCredentials(tls);
    } else {
        credentials = grpc::InsecureChannelCredentials();
    }
    return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace lamp
