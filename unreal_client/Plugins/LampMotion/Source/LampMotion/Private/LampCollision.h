// What a component's collision consists of.
#pragma once

#include <vector>

#include "CoreMinimal.h"

#include "lamp/collision.h"
#include "lamp/geometry.h"

class UPrimitiveComponent;

struct FLampCollision
{
    std::vector<lamp::CollisionShape> Shapes;
    std::vector<lamp::Geometry> Geometries;   // with the scale of the component in them
};

namespace LampCollision
{

/** Simple collision, or the triangles where they are asked for. What is found may be nothing. */
FLampCollision Read(const UPrimitiveComponent& Component, bool bTriangles, const std::string& Name);

}  // namespace LampCollision
