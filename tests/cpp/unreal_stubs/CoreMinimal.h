#pragma once

#include "Stub/Containers.h"
#include "Stub/Macros.h"
#include "Stub/Math.h"
#include "Stub/Objects.h"
#include "Stub/Pointers.h"
#include "Stub/Text.h"
