// Values of this library to and from messages.
#pragma once

#include <vector>

#include "lamp/convention.h"
#include "lamp/events.h"
#include "lamp/geometry.h"
#include "lamp/outgoing.h"
#include "lamp/plan_buffer.h"
#include "lamp/skeleton.h"
#include "lamp/v1/drive.pb.h"
#include "lamp/v1/geometry_upload.pb.h"

namespace lamp::wire {

void put(const Convention& convention, v1::CoordinateSystem* out);
void put(Vec3 v, v1::Vector3* out);
void put(const LastMotion& motion, v1::Motion* out);
void put(const OutgoingMessage& message, v1::DriveRequest* out);
void put_header(const Geometry& geometry, const Convention& convention, const std::string& id, v1::GeometryHeader* out);

Skeleton skeleton_from(const v1::Skeleton& message);
SceneLimits limits_from(const v1::Limits& message);
PlanReport plan_from(const v1::Plan& message);
Event notice_from(const v1::Notice& message);
// Views into the message; fails when a frame is not on the skeleton. `views` is reused, so that it allocates rarely.
Status frames_from(const google::protobuf::RepeatedPtrField<v1::Frame>& frames, const Skeleton& skeleton,
                   std::vector<FrameView>& views);

}  // namespace lamp::wire
