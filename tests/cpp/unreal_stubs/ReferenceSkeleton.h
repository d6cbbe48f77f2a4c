#pragma once

#include "CoreMinimal.h"

struct FReferenceSkeleton
{
    int32 GetNum() const;
    FName GetBoneName(const int32 BoneIndex) const;
    int32 GetParentIndex(const int32 BoneIndex) const;
    const TArray<FTransform>& GetRefBonePose() const;
};
