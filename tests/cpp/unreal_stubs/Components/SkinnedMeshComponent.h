#pragma once

#include "Components/PrimitiveComponent.h"

class USkinnedAsset;

class USkinnedMeshComponent : public UPrimitiveComponent
{
public:
    USkinnedAsset* GetSkinnedAsset() const;
};
