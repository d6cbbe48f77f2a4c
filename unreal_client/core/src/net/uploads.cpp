#include "uploads.h"

#include <chrono>

#include "errors.h"
#include "wire.h"

namespace lamp {
namespace {

constexpr std::size_t kChunk = 32768;   // numbers in one message: 128 kB or a little more
constexpr double kAskEveryS = 0.25, kCallS = 60.0, kRestoreS = 20.0, kPatienceS = 300.0;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::shared_ptr<grpc::ClientContext> context_of(const Targets& targets, Stopper& stopper) {
    auto context = std::make_shared<grpc::ClientContext>();
    targets.sign(*context);
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(static_cast<long>(kCallS * 1000.0)));
    stopper.watch(context);
    return context;
}

template <class Values, class Put>
bool send_chunks(grpc::ClientWriter<v1::UploadGeometryRequest>& writer, const Values& values, Put put) {
    v1::UploadGeometryRequest message;
    for (std::size_t start = 0; start < values.size(); start += kChunk) {
        message.Clear();
        const std::size_t end = std::min(values.size(), start + kChunk);
        put(message.mutable_chunk(), values.begin() + static_cast<long>(start), values.begin() + static_cast<long>(end));
        if (!writer.Write(message)) return false;
    }
    return true;
}

}  // namespace

Uploads::Uploads(std::shared_ptr<Targets> targets, const Convention& convention)
    : targets_(std::move(targets)), convention_(convention), worker_([this] { work(); }) {}

Uploads::~Uploads() {
    stopper_.stop();
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        news_.notify_all();
    }
    worker_.join();
}

std::shared_ptr<UploadJob> Uploads::add(Geometry geometry) {
    auto job = std::make_shared<UploadJob>();
    job->geometry = std::move(geometry);
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(job);
    news_.notify_all();
    return job;
}

void Uploads::work() {
    while (true) {
        std::shared_ptr<UploadJob> job;
        {
            std::unique_lock<std::mutex> lock(mutex_);
            news_.wait(lock, [this] { return stopper_.stopped() || !waiting_.empty(); });
            if (waiting_.empty()) return;
            job = waiting_.front();
            waiting_.pop_front();
        }
        run(*job);
        const std::lock_guard<std::mutex> lock(job->mutex);
        if (job->state == UploadState::Failed) continue;
        const std::lock_guard<std::mutex> own(mutex_);
        known_[job->id] = job;
    }
}

void Uploads::run(UploadJob& job) {
    const auto tell = [&job](UploadState state, const Status& status) {
        const std::lock_guard<std::mutex> lock(job.mutex);
        job.state = state;
        job.status = status;
    };
    const auto fail = [&](Status status) {
        status.message = "geometry '" + job.geometry.name + "': " + status.message;
        tell(UploadState::Failed, status);
    };
    {
        const std::string id = job.geometry.id();
        const std::lock_guard<std::mutex> lock(job.mutex);
        job.id = id;
        job.state = UploadState::Sending;
    }
    const Clock::time_point start = Clock::now();
    bool sent = false;
    Backoff backoff(ReconnectPolicy{}, 1);
    Result<v1::GeometryInfo> info = bring(job, sent, stopper_);
    while (!info.ok() && may_try_again(info.status()) && since(start) < kPatienceS && stopper_.sleep(backoff.next_s())) {
        const std::string address = targets_->address();
        targets_->leave(address);
        if (is_broken(info.status())) targets_->redial(address);
        info = bring(job, sent, stopper_);
    }
    while (true) {
        if (stopper_.stopped()) return fail(Status(Code::Cancelled, "the client was closed"));
        if (!info.ok()) return fail(info.status());
        {
            const std::lock_guard<std::mutex> lock(job.mutex);
            job.was_sent = sent;
            job.progress = static_cast<double>(info.value().progress());
        }
        const std::string& problem = info.value().problem();
        if (info.value().state() == v1::GeometryInfo::STATE_FAILED) return fail(Status(Code::InvalidArgument, problem));
        if (info.value().state() == v1::GeometryInfo::STATE_READY) {
            Status advice;
            advice.message = problem;
            return tell(UploadState::Ready, advice);
        }
        tell(UploadState::Building, {});
        if (since(start) > kPatienceS) return fail(Status(Code::DeadlineExceeded, "it was not built within 300 s"));
        stopper_.sleep(kAskEveryS);
        info = ask(job.id, stopper_);
    }
}

void Uploads::restore(const std::set<std::string>& ids, Stopper& stopper) {
    const Clock::time_point start = Clock::now();
    for (const std::string& id : ids) {
        std::shared_ptr<UploadJob> job;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            const auto found = known_.find(id);
            if (found != known_.end()) job = found->second;
        }
        if (!job || stopper.stopped() || since(start) > kRestoreS) continue;
        bool sent = false;
        const auto brought = bring(*job, sent, stopper);
        (void)brought.ok();   // what is missing is refused by name, with a notice
    }
}

Result<v1::GeometryInfo> Uploads::bring(const UploadJob& job, bool& sent, Stopper& stopper) {
    if (job.geometry.cell_m == 0.0) {   // else only the upload says which cells are wanted; it is cut short if they are there
        Result<v1::GeometryInfo> info = ask(job.id, stopper);
        if (info.ok() && info.value().state() != v1::GeometryInfo::STATE_FAILED) return info;
        if (!info.ok() && info.status().code != Code::NotFound) return info;
    }
    sent = true;
    return send(job, stopper);
}

Result<v1::GeometryInfo> Uploads::ask(const std::string& id, Stopper& stopper) {
    v1::GetGeometryRequest request;
    v1::GetGeometryResponse response;
    request.set_id(id);
    wire::put(convention_, request.mutable_coordinate_system());
    const auto context = context_of(*targets_, stopper);
    const Status status = status_from(targets_->stub()->GetGeometry(context.get(), request, &response));
    if (!status.ok()) return status;
    return response.info();
}

Result<v1::GeometryInfo> Uploads::send(const UploadJob& job, Stopper& stopper) {
    const auto context = context_of(*targets_, stopper);
    v1::UploadGeometryResponse response;
    const auto stub = targets_->stub();
    const auto writer = stub->UploadGeometry(context.get(), &response);
    v1::UploadGeometryRequest head;
    wire::put_header(job.geometry, convention_, job.id, head.mutable_header());
    // a write fails where the server has what it needs, or does not want it: the status tells which
    const bool all = writer->Write(head) &&
                     send_chunks(*writer, job.geometry.values,
                                 [](auto* chunk, auto begin, auto end) { chunk->mutable_values()->Add(begin, end); }) &&
                     send_chunks(*writer, job.geometry.indices,
                                 [](auto* chunk, auto begin, auto end) { chunk->mutable_indices()->Add(begin, end); });
    if (all) writer->WritesDone();
    const Status status = status_from(writer->Finish());
    if (!status.ok()) return status;
    return response.info();
}

}  // namespace lamp
