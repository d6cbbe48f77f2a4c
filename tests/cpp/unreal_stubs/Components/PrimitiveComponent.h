#pragma once

#include "Components/SceneComponent.h"

class UBodySetup;

class UPrimitiveComponent : public USceneComponent
{
public:
    virtual UBodySetup* GetBodySetup();
    virtual bool IsSimulatingPhysics(FName BoneName = FName()) const;
    FVector GetPhysicsLinearVelocity(FName BoneName = FName());
    FVector GetPhysicsAngularVelocityInRadians(FName BoneName = FName()) const;
};
