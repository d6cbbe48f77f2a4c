#include "lamp/client.h"

#include <cmath>

#include "session_core.h"

namespace lamp {

class ClientCore {
public:
    explicit ClientCore(const ClientOptions& given)
        : options(given), targets(std::make_shared<Targets>(given)), uploads(std::make_shared<Uploads>(targets, given.convention)) {}

    ClientOptions options;
    std::shared_ptr<Targets> targets;
    std::shared_ptr<Uploads> uploads;
};

Result<std::unique_ptr<Client>> Client::create(const ClientOptions& options) {
    if (options.addresses.empty()) {
        return Status(Code::InvalidArgument, "no address of a server was given; give at least one, such as 'localhost:50061'");
    }
    if (!options.tls && !(options.tls_ca_pem.empty() && options.tls_certificate_pem.empty() && options.tls_key_pem.empty())) {
        return Status(Code::InvalidArgument, "certificates were given, but tls is off; set ClientOptions::tls");
    }
    if (options.tls_certificate_pem.empty() != options.tls_key_pem.empty()) {
        return Status(Code::InvalidArgument, "tls_certificate_pem and tls_key_pem belong together; give both or none");
    }
    for (char c : options.token) {
        if (c < 0x21 || c > 0x7e) return Status(Code::InvalidArgument, "the token holds a character that cannot be sent; is there a line break at its end?");
    }
    return std::make_unique<Client>(std::make_shared<ClientCore>(options));
}

Client::Client(std::shared_ptr<ClientCore> core) : core_(std::move(core)) {}
Client::~Client() = default;

Result<std::unique_ptr<Session>> Client::drive(const SessionOptions& options) {
    if (Status s = options.reconnect.validate(); !s.ok()) return s;
    if (Status s = check_prompt(options.prompt, 1u << 20); !s.ok()) return s;
    if (!is_finite(options.start_position)) {
        return Status(Code::InvalidArgument, "start_position is not finite; is the transform of the character valid?");
    }
    if (options.start_facing && !(length(*options.start_facing) > 0.0f && is_finite(*options.start_facing))) {
        return Status(Code::InvalidArgument, "start_facing has no direction; leave it out for the engine's forward");
    }
    if (!(options.fps == 0.0f || (options.fps >= 1.0f && options.fps <= 240.0f))) {
        return Status(Code::InvalidArgument, "fps " + std::to_string(options.fps) + " is outside 1..240; 0 leaves it to the server");
    }
    auto core = std::make_shared<SessionCore>(options, core_->targets, core_->uploads);
    core->start();
    return std::make_unique<Session>(std::move(core));
}

Result<Upload> Client::upload(Geometry geometry) {
    if (Status s = geometry.validate(); !s.ok()) return s;
    return Upload(core_->uploads->add(std::move(geometry)));
}

Upload::Upload(std::shared_ptr<UploadJob> job) : job_(std::move(job)) {}

UploadState Upload::state() const {
    const std::lock_guard<std::mutex> lock(job_->mutex);
    return job_->state;
}

double Upload::progress() const {
    const std::lock_guard<std::mutex> lock(job_->mutex);
    return job_->progress;
}

bool Upload::was_sent() const {
    const std::lock_guard<std::mutex> lock(job_->mutex);
    return job_->was_sent;
}

Status Upload::status() const {
    const std::lock_guard<std::mutex> lock(job_->mutex);
    return job_->status;
}

std::string Upload::id() const {
    const std::lock_guard<std::mutex> lock(job_->mutex);
    return job_->id;
}

}  // namespace lamp
