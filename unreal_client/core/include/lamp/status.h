// What can go wrong, as values: nothing in this library throws.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lamp {

// Same numbers as gRPC's.
enum class Code {
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
};

// "INVALID_ARGUMENT" and so on.
const char* name_of(Code code);

// One field the server could not use, such as "scene_update.put_obstacles[3].sphere.radius", and why.
struct FieldViolation {
    std::string field;
    std::string description;
};

// Ok, or what failed. `reason` is a constant such as "TOO_MANY_SESSIONS", empty where no LaMP server spoke.
struct [[nodiscard]] Status {
    Code code = Code::Ok;
    std::string message;
    std::string reason;
    std::vector<FieldViolation> violations;
    std::optional<double> retry_after_s;

    Status() = default;
    Status(Code code_, std::string message_) : code(code_), message(std::move(message_)) {}

    bool ok() const { return code == Code::Ok; }
    // "INVALID_ARGUMENT: obstacle 'door': ..."
    std::string text() const;
};

// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : value_(std::move(value)) {}
    Result(Status status) : status_(std::move(status)) {
        if (status_.ok()) status_ = Status(Code::Internal, "a result without a value was made from an Ok status");
    }

    bool ok() const { return value_.has_value(); }
    const Status& status() const { return status_; }
    // Only where ok().
    T& value() { return *value_; }
    const T& value() const { return *value_; }
    T take() { return std::move(*value_); }

private:
    std::optional<T> value_;
    Status status_;
};

}  // namespace lamp
