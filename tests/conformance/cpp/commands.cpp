#include "commands.h"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "json.h"

using lamp::Obstacle;
using lamp::Shape;
using lamp::Vec3;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void say_error(const std::string& code, const std::string& message, bool fatal) {
    say(Json().add("event", "error").add("t", now_s()).add("code", code).add("message", message).add("fatal", fatal).text());
}

void Input::read() {
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    while (!ended_ && ::poll(&ready, 1, 0) > 0) {
        char block[4096];
        const ssize_t got = ::read(STDIN_FILENO, block, sizeof block);
        if (got <= 0) {
            ended_ = true;
            return;
        }
        rest_.append(block, static_cast<std::size_t>(got));
        for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
            lines_.push_back(rest_.substr(0, end));
            rest_.erase(0, end + 1);
        }
    }
}

bool Input::next(std::string& line) {
    if (lines_.empty()) read();
    if (lines_.empty()) return false;
    line = lines_.front();
    lines_.pop_front();
    return true;
}

namespace {

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::size_t start = 0;
    while (start < line.size()) {
        const std::size_t end = std::min(line.find(' ', start), line.size());
        words.push_back(line.substr(start, end - start));
        start = end + 1;
    }
    return words;
}

// The words from `first` on as numbers; false when one is not.
bool numbers_of(const std::vector<std::string>& words, std::size_t first, std::vector<float>& numbers) {
    for (std::size_t i = first; i < words.size(); ++i) {
        char* end = nullptr;
        numbers.push_back(std::strtof(words[i].c_str(), &end));
        if (end == words[i].c_str() || *end != '\0') return false;
    }
    return true;
}

lamp::Geometry box_mesh(const std::string& id, Vec3 half) {
    lamp::Geometry mesh;
    mesh.name = id;
    for (int i = 0; i < 8; ++i) {
        mesh.values.push_back(i & 1 ? half.x : -half.x);
        mesh.values.push_back(i & 2 ? half.y : -half.y);
        mesh.values.push_back(i & 4 ? half.z : -half.z);
    }
    mesh.indices = {0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4, 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5};
    return mesh;
}

}  // namespace

void Commands::tell(const std::string& line, const lamp::Result<std::uint64_t>& result) {
    if (!result.ok()) return say_error(lamp::name_of(result.status().code), result.status().message, false);
    say(Json().add("event", "sent").add("t", now_s()).add("line", line).add("revision", result.value()).text());
}

bool Commands::run(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    const std::string verb = words.empty() ? "" : words[0];
    const std::string id = words.size() > 1 ? words[1] : "";
    std::vector<float> n;
    if (verb == "close") return false;
    if (verb == "prompt") {
        tell(line, session_.set_prompt(line.size() > 7 ? line.substr(7) : ""));
    } else if (verb == "freeze" || verb == "thaw") {
        frozen_ = verb == "freeze";
    } else if (verb == "remove" && words.size() == 2) {
        tell(line, session_.remove_obstacle(id));
    } else if (verb == "untarget" && words.size() == 2) {
        tell(line, session_.remove_target(id));
    } else if (verb == "sphere" && numbers_of(words, 2, n) && (n.size() == 4 || n.size() == 7)) {
        Obstacle sphere;
        sphere.position = {n[0], n[1], n[2]};
        sphere.size.x = n[3];
        if (n.size() == 7) {
            sphere.linear_velocity = {n[4], n[5], n[6]};
        }
        tell(line, session_.put_obstacle(id, sphere));
    } else if (verb == "box" && numbers_of(words, 2, n) && n.size() == 6) {
        Obstacle box;
        box.shape = Shape::Box;
        box.position = {n[0], n[1], n[2]};
        box.size = {n[3], n[4], n[5]};
        tell(line, session_.put_obstacle(id, box));
    } else if (verb == "mesh" && numbers_of(words, 2, n) && n.size() == 6) {
        mesh(line, id, n);
    } else if (verb == "target" && words.size() == 6 && numbers_of(words, 3, n)) {
        lamp::Target target;
        target.joint = words[2];
        target.position = {n[0], n[1], n[2]};
        tell(line, session_.put_target(id, target));
    } else {
        say_error("USAGE", "'" + line + "' is no command; tests/conformance/README.md lists them", false);
    }
    return true;
}

void Commands::mesh(const std::string& line, const std::string& id, const std::vector<float>& n) {
    lamp::Result<lamp::Upload> upload = client_.upload(box_mesh(id, {n[3], n[4], n[5]}));
    if (!upload.ok()) return say_error(lamp::name_of(upload.status().code), upload.status().message, false);
    waiting_.push_back({line, id, {n[0], n[1], n[2]}, upload.take()});
}

void Commands::follow() {
    for (std::size_t i = 0; i < waiting_.size();) {
        const WaitingMesh& mesh = waiting_[i];
        const lamp::UploadState state = mesh.upload.state();
        if (state == lamp::UploadState::Waiting || state == lamp::UploadState::Sending) {
            ++i;
            continue;
        }
        if (state == lamp::UploadState::Failed) {
            say_error(lamp::name_of(mesh.upload.status().code), mesh.upload.status().message, false);
        } else {
            say(Json().add("event", "geometry").add("t", now_s()).add("id", mesh.upload.id())
                    .add("uploaded", mesh.upload.was_sent())
                    .add("state", state == lamp::UploadState::Ready ? "READY" : "BUILDING").text());
            Obstacle obstacle;
            obstacle.shape = Shape::Geometry;
            obstacle.geometry_id = mesh.upload.id();
            obstacle.position = mesh.position;
            tell(mesh.line, session_.put_obstacle(mesh.id, obstacle));
        }
        waiting_.erase(waiting_.begin() + static_cast<long>(i));
    }
}
