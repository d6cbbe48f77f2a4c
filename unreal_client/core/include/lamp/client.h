// Connections to a server, or to several that do the same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamp/geometry.h"
#include "lamp/session.h"
#include "lamp/status.h"

namespace lamp {

struct ClientOptions {
    std::vector<std::string> addresses = {"localhost:50061"};   // tried in turn
    std::string token;                 // sent as "authorization: Bearer"; use it with TLS
    bool tls = false;
    std::string tls_ca_pem;            // certificates to trust; empty: those of the system
    std::string tls_certificate_pem;   // the client's own, with its key
    std::string tls_key_pem;
    Convention convention = Convention::unreal();   // of uploaded geometry; sessions that refer to it must use the same
    std::size_t max_message_bytes = 16u * 1024u * 1024u;
};

enum class UploadState { Waiting, Sending, Building, Ready, Failed };

class UploadJob;

// A geometry on its way. Obstacles may refer to id() as soon as the state is Building or Ready.
class Upload {
public:
    explicit Upload(std::shared_ptr<UploadJob> job);
    UploadState state() const;
    double progress() const;           // 0 to 1 of the building
    bool was_sent() const;             // false: the server had it
    Status status() const;             // why it failed; the server's advice about the asset else
    std::string id() const;            // empty while Waiting

private:
    std::shared_ptr<UploadJob> job_;
};

class ClientCore;

class Client {
public:
    // Does not connect yet. Fails for options that cannot work.
    static Result<std::unique_ptr<Client>> create(const ClientOptions& options);
    explicit Client(std::shared_ptr<ClientCore> core);
    // Sessions outlive the client; uploads that are not Ready fail.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // A live character. Returns at once; its state() tells how it goes.
    Result<std::unique_ptr<Session>> drive(const SessionOptions& options);
    // Hashes, asks the server and sends what it does not have, on a thread of the client. A server that takes over a session
    // later is brought the same geometry.
    Result<Upload> upload(Geometry geometry);

private:
    std::shared_ptr<ClientCore> core_;
};

}  // namespace lamp
