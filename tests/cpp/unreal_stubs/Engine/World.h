#pragma once

#include "Engine/EngineTypes.h"

class UWorld final : public UObject
{
public:
    double GetTimeSeconds() const;
    template <class T>
    T* GetSubsystem() const;
};
