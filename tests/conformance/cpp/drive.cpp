#include "drive.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "allocations.h"
#include "commands.h"
#include "json.h"
#include "lamp/lamp.h"

namespace {

constexpr double kFrameS = 1.0 / 60.0, kWarmUpS = 3.0;

struct Sample {
    double t, time_s, step_m;
    std::int64_t frame;
    std::uint64_t plan_id;
    bool held;
    lamp::Vec3 root, wrist;
};

// What the game loop remembers; all memory is laid out before it starts.
struct Record {
    std::vector<Sample> samples;
    std::vector<lamp::Vec3> before;
    std::vector<std::string> reconnect_s;
    double max_step_m = 0.0, first_sample_s = -1.0;
    std::size_t allocated = 0, frames = 0, held = 0, measured = 0;
    bool fatal = false;
};

void remember(Record& record, const lamp::Pose& pose, double time_s, int wrist, double metres_per_unit) {
    float step = 0.0f;
    if (record.before.size() == pose.positions.size()) {
        for (std::size_t j = 0; j < pose.positions.size(); ++j) {
            step = std::max(step, lamp::length(pose.positions[j] - record.before[j]));
        }
    }
    record.before = pose.positions;
    const double step_m = static_cast<double>(step) * metres_per_unit;
    record.max_step_m = std::max(record.max_step_m, step_m);
    ++record.frames;
    record.held += pose.held ? 1 : 0;
    if (record.samples.size() == record.samples.capacity()) return;
    record.samples.push_back({now_s(), time_s, step_m, pose.index, pose.plan_id, pose.held, pose.positions[0],
                              pose.positions[static_cast<std::size_t>(wrist)]});
}

std::string targets_of(const lamp::PlanReport& plan) {
    std::string text;
    for (const lamp::TargetReport& target : plan.targets) {
        text += (text.empty() ? "" : ", ") + Json().add("id", target.id).add("error_m", static_cast<double>(target.error_m)).text();
    }
    return "[" + text + "]";
}

void say_event(const lamp::Event& event, Record& record, bool& welcomed) {
    const double t = now_s();
    switch (event.kind) {
        case lamp::EventKind::Welcome:
            welcomed = true;
            say(Json().add("event", "welcome").add("t", t).add("resumed", event.resumed).add("start_time_s", event.start_time_s)
                    .add("scene_revision", event.revision).add("skeleton_hash", event.skeleton_hash)
                    .add("reconnect", std::int64_t{event.reconnect}).text());
            return;
        case lamp::EventKind::Plan:
            say(Json().add("event", "plan").add("t", t).add("plan_id", event.plan.plan_id)
                    .add("scene_revision", event.plan.scene_revision).add("start_frame", event.plan.start_frame)
                    .add("end_frame", event.plan.end_frame).add("feasible", event.plan.feasible)
                    .add("settled", event.plan.settled).add("reason", event.plan.reason)
                    .raw("targets", targets_of(event.plan)).text());
            return;
        case lamp::EventKind::Notice: {
            lamp::Status status = event.status;
            std::string message = status.message;
            for (const lamp::FieldViolation& violation : status.violations) {
                if (message.find(violation.description) == std::string::npos) message += "; " + violation.field + ": " + violation.description;
            }
            return say_error(event.notice_code, message, false);
        }
        case lamp::EventKind::GoingAway:
            say(Json().add("event", "going_away").add("t", t).add("reason", event.message).add("grace_s", event.grace_s).text());
            return;
        case lamp::EventKind::Lost:
            if (!welcomed) return;   // nothing was there to be lost yet
            say(Json().add("event", "lost").add("t", t).add("code", lamp::name_of(event.status.code))
                    .add("message", event.status.message).text());
            return;
        case lamp::EventKind::Reconnected:
            record.reconnect_s.push_back(Json::number(event.lost_s));
            say(Json().add("event", "reconnected").add("t", t).add("lost_s", event.lost_s).add("resumed", event.resumed).text());
            return;
        case lamp::EventKind::Ended:
            if (event.status.ok()) return;
            record.fatal = true;
            return say_error(lamp::name_of(event.status.code), event.status.text(), true);
    }
}

void say_done(const Record& record, const lamp::Session& session) {
    for (const Sample& sample : record.samples) {
        say(Json().add("event", "sample").add("t", sample.t).add("time_s", sample.time_s).add("frame", sample.frame)
                .add("plan_id", sample.plan_id).add("held", sample.held).raw("root", Json::array(sample.root))
                .raw("wrist", Json::array(sample.wrist)).add("step_m", sample.step_m).text());
    }
    std::string reconnects;
    for (const std::string& seconds : record.reconnect_s) reconnects += (reconnects.empty() ? "" : ", ") + seconds;
    Json done;
    done.add("event", "done").add("t", now_s()).add("frames_sampled", std::uint64_t{record.frames})
        .add("frames_held", std::uint64_t{record.held})
        .add("max_buffer_frames", std::uint64_t{session.stats().max_buffered_frames}).add("max_step_m", record.max_step_m);
    if (record.measured > 0) {
        done.add("allocations_per_frame", static_cast<double>(record.allocated) / static_cast<double>(record.measured));
    } else {
        done.raw("allocations_per_frame", "null");
    }
    // gRPC allocates on threads of its own, which cannot be told from ours
    done.raw("receive_allocations_per_message", "null").raw("reconnect_s", "[" + reconnects + "]").raw("exceptions", "[]");
    say(done.text());
}

void play(const DriveOptions& options, lamp::Client& client, lamp::Session& session, Record& record) {
    Commands commands(client, session);
    Input input;
    lamp::Pose pose;
    lamp::Event event;
    std::string line;
    const double start_s = now_s(), metres_per_unit = session.convention().metres_per_unit();
    double time_s = 0.0, last_s = start_s;
    int wrist = 0;
    bool playing = false, open = true, welcomed = false;
    auto next = std::chrono::steady_clock::now();
    while (open && !record.fatal && now_s() - start_s < options.seconds) {
        while (session.next_event(event)) say_event(event, record, welcomed);
        while (open && input.next(line)) open = commands.run(line);
        open = open && !input.ended();
        commands.follow();
        const double frame_s = now_s();
        if (playing && !commands.frozen()) time_s += frame_s - last_s;
        last_s = frame_s;
        if (!playing && session.first_frame_s()) {
            playing = true;
            wrist = std::max(session.skeleton()->index_of("left_wrist"), 0);
            record.before.reserve(static_cast<std::size_t>(lamp::kMaxJoints));
            record.first_sample_s = frame_s;
        }
        if (playing) {
            const std::size_t before = allocated_bytes_of_this_thread();
            session.set_playhead(time_s);
            const bool found = session.sample(time_s, pose);
            const std::size_t bytes = allocated_bytes_of_this_thread() - before;
            if (frame_s - record.first_sample_s >= kWarmUpS) {
                record.allocated += bytes;
                ++record.measured;
            }
            if (found) remember(record, pose, time_s, wrist, metres_per_unit);
        }
        next += std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(kFrameS));
        next = std::max(next, std::chrono::steady_clock::now() - std::chrono::milliseconds(100));
        std::this_thread::sleep_until(next);
    }
    session.close_and_wait();
    while (session.next_event(event)) say_event(event, record, welcomed);
}

}  // namespace

int drive(const DriveOptions& options) {
    say(Json().add("event", "ready").add("t", now_s()).add("client", "lamp-cpp 0.1.0").add("convention", "UNREAL").text());
    lamp::ClientOptions client_options;
    client_options.addresses = {options.address};
    client_options.token = options.token;
    lamp::Result<std::unique_ptr<lamp::Client>> client = lamp::Client::create(client_options);
    if (!client.ok()) {
        say_error(lamp::name_of(client.status().code), client.status().message, true);
        return 0;
    }
    lamp::SessionOptions session_options;
    session_options.prompt = options.prompt;
    session_options.fps = options.fps;
    session_options.connect_timeout_s = 6.0;
    lamp::Result<std::unique_ptr<lamp::Session>> session = client.value()->drive(session_options);
    if (!session.ok()) {
        say_error(lamp::name_of(session.status().code), session.status().message, true);
        return 0;
    }
    Record record;
    record.samples.reserve(static_cast<std::size_t>(std::min(options.seconds, 3600.0) / kFrameS) + 600);
    play(options, *client.value(), *session.value(), record);
    say_done(record, *session.value());
    return 0;
}
