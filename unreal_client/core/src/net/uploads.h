// Bringing geometry to a server, on a thread of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "lamp/client.h"
#include "stopper.h"
#include "targets.h"

namespace lamp {

class UploadJob {
public:
    Geometry geometry;
    mutable std::mutex mutex;   // of what follows
    std::string id;
    UploadState state = UploadState::Waiting;
    double progress = 0.0;
    bool was_sent = false;
    Status status;
};

// Thread-safe.
class Uploads {
public:
    Uploads(std::shared_ptr<Targets> targets, const Convention& convention);
    ~Uploads();

    std::shared_ptr<UploadJob> add(Geometry geometry);
    // Brings what is known of the ids to the server in use, within 20 s or until stopped. What cannot be brought is left:
    // obstacles that refer to it are refused, with a notice.
    void restore(const std::set<std::string>& ids, Stopper& stopper);

private:
    void work();
    void run(UploadJob& job);
    Result<v1::GeometryInfo> bring(const UploadJob& job, bool& sent, Stopper& stopper);
    Result<v1::GeometryInfo> ask(const std::string& id, Stopper& stopper);
    Result<v1::GeometryInfo> send(const UploadJob& job, Stopper& stopper);

    std::shared_ptr<Targets> targets_;
    Convention convention_;
    Stopper stopper_;
    std::mutex mutex_;
    std::condition_variable news_;
    std::deque<std::shared_ptr<UploadJob>> waiting_;
    std::map<std::string, std::shared_ptr<UploadJob>> known_;   // by id
    std::thread worker_;
};

}  // namespace lamp
