#pragma once

#include "CoreMinimal.h"

class IModularFeature
{
public:
    virtual ~IModularFeature();
};

class IModularFeatures
{
public:
    static IModularFeatures& Get();
    bool IsModularFeatureAvailable(const FName Type);
    template <class T>
    T& GetModularFeature(const FName Type);
};
