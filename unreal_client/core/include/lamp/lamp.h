// The C++ client of LaMP. C++17, no exceptions, no RTTI, no type of gRPC or protobuf in any header.
#pragma once

#include "lamp/character.h"
#include "lamp/client.h"
#include "lamp/clock_sync.h"
#include "lamp/collision.h"
#include "lamp/convention.h"
#include "lamp/events.h"
#include "lamp/geometry.h"
#include "lamp/math.h"
#include "lamp/obstacle_feed.h"
#include "lamp/pose.h"
#include "lamp/rig.h"
#include "lamp/scene.h"
#include "lamp/session.h"
#include "lamp/skeleton.h"
#include "lamp/status.h"
#include "lamp/velocity.h"
