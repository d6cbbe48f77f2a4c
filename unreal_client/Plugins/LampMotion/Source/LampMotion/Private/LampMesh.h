// The bones of a skinned mesh, to and from the client.
#pragma once

#include <vector>

#include "CoreMinimal.h"

#include "lamp/rig.h"

class USkinnedMeshComponent;

namespace LampMesh
{

/** Reference pose, in the space of the component and with its scale; nothing where no mesh is assigned. */
std::vector<lamp::RigBone> ReadBones(const USkinnedMeshComponent& Mesh);

/** Stands the component at a place of the world and, where it is poseable, sets all its bones. */
void Pose(USkinnedMeshComponent& Mesh, const lamp::Transform& World, const std::vector<lamp::Transform>& Local);

}  // namespace LampMesh
