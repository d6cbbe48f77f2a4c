#include "errors.h"

#include <string>

#include "error_details.pb.h"

namespace lamp {
namespace {

bool is_kind(const std::string& url, const std::string& kind) {
    const std::string end = "google.rpc." + kind;
    return url.size() >= end.size() && url.compare(url.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

Status status_from(const grpc::Status& given) {
    const int code = given.error_code();
    Status status(code >= 0 && code <= 16 ? static_cast<Code>(code) : Code::Unknown, given.error_message());
    if (status.ok()) return status;
    if (status.message.empty()) status.message = "no reason was given";
    client::details::Status rich;
    if (given.error_details().empty() || !rich.ParseFromString(given.error_details())) return status;
    for (const google::protobuf::Any& detail : rich.details()) {
        if (client::details::BadRequest bad; is_kind(detail.type_url(), "BadRequest") && bad.ParseFromString(detail.value())) {
            for (const auto& violation : bad.field_violations()) {
                status.violations.push_back({violation.field(), violation.description()});
            }
        } else if (client::details::RetryInfo retry;
                   is_kind(detail.type_url(), "RetryInfo") && retry.ParseFromString(detail.value())) {
            status.retry_after_s = static_cast<double>(retry.retry_delay().seconds()) + retry.retry_delay().nanos() * 1e-9;
        } else if (client::details::ErrorInfo info;
                   is_kind(detail.type_url(), "ErrorInfo") && info.ParseFromString(detail.value())) {
            status.reason = info.reason();
        }
    }
    return status;
}

}  // namespace lamp
