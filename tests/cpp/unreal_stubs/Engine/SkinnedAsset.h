#pragma once

#include "CoreMinimal.h"

struct FReferenceSkeleton;

class USkinnedAsset : public UObject
{
public:
    virtual const FReferenceSkeleton& GetRefSkeleton() const;
};
