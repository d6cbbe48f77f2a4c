// Lines of standard input as calls of a session.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "lamp/lamp.h"

// Lines that have come so far, without waiting for more.
class Input {
public:
    bool next(std::string& line);
    bool ended() const { return ended_; }

private:
    void read();

    std::string rest_;
    std::deque<std::string> lines_;
    bool ended_ = false;
};

// A mesh that an obstacle waits for.
struct WaitingMesh {
    std::string line, id;
    lamp::Vec3 position;
    lamp::Upload upload;
};

class Commands {
public:
    Commands(lamp::Client& client, lamp::Session& session) : client_(client), session_(session) {}

    // Carries a line out and says what became of it. False for `close`.
    bool run(const std::string& line);
    // Puts the obstacles whose mesh has arrived.
    void follow();
    bool frozen() const { return frozen_; }

private:
    void tell(const std::string& line, const lamp::Result<std::uint64_t>& result);
    void mesh(const std::string& line, const std::string& id, const std::vector<float>& numbers);

    lamp::Client& client_;
    lamp::Session& session_;
    std::vector<WaitingMesh> waiting_;
    bool frozen_ = false;
};

void say_error(const std::string& code, const std::string& message, bool fatal);
// Seconds of a clock that never goes back.
double now_s();
