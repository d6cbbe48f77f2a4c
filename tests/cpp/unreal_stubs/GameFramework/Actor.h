#pragma once

#include "Components/SceneComponent.h"

class AActor : public UObject
{
public:
    FVector GetActorLocation() const;
    FVector GetActorForwardVector() const;
    bool SetActorLocation(const FVector& NewLocation);
    USceneComponent* GetRootComponent() const;
    template <class T>
    T* FindComponentByClass() const;
};
