// gRPC's errors as Status, with the details a LaMP server attaches.
#pragma once

#include <grpcpp/support/status.h>

#include "lamp/status.h"

namespace lamp {

Status status_from(const grpc::Status& status);

}  // namespace lamp
