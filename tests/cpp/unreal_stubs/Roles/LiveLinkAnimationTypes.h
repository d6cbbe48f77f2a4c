#pragma once

#include "ILiveLinkClient.h"

struct FLiveLinkSkeletonStaticData : FLiveLinkBaseStaticData
{
    static UScriptStruct* StaticStruct();
    void SetBoneNames(const TArray<FName>& InBoneNames);
    void SetBoneParents(const TArray<int32> InBoneParents);
};

struct FLiveLinkAnimationFrameData : FLiveLinkBaseFrameData
{
    static UScriptStruct* StaticStruct();
    TArray<FTransform> Transforms;
};
