#pragma once

#include "Engine/EngineTypes.h"

class AActor;

class UActorComponent : public UObject
{
public:
    FActorComponentTickFunction PrimaryComponentTick;
    AActor* GetOwner() const;
    virtual void BeginPlay();
    virtual void EndPlay(const EEndPlayReason::Type EndPlayReason);
    virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction);
};
