#pragma once

#include "Components/SkinnedMeshComponent.h"

class UPoseableMeshComponent : public USkinnedMeshComponent
{
public:
    TArray<FTransform> BoneSpaceTransforms;
    void MarkRefreshTransformDirty();
};
