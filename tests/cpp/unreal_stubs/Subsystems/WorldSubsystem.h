#pragma once

#include "Engine/EngineTypes.h"

struct TStatId
{
};
#define RETURN_QUICK_DECLARE_CYCLE_STAT(Name, Group) return TStatId()

class USubsystem : public UObject
{
public:
    virtual void Deinitialize();
};

class UWorldSubsystem : public USubsystem
{
protected:
    virtual bool DoesSupportWorldType(const EWorldType::Type WorldType) const;
};

class UTickableWorldSubsystem : public UWorldSubsystem
{
public:
    virtual void Tick(float DeltaTime);
    virtual TStatId GetStatId() const = 0;
};
