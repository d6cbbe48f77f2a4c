#pragma once

#include "Components/ActorComponent.h"

class USceneComponent : public UActorComponent
{
public:
    FBoxSphereBounds Bounds;
    FVector GetComponentLocation() const;
    FVector GetComponentScale() const;
    const FTransform& GetComponentTransform() const;
    void SetWorldLocationAndRotation(FVector NewLocation, const FQuat& NewRotation);
};
