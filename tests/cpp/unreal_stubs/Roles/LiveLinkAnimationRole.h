#pragma once

#include "ILiveLinkClient.h"

class ULiveLinkAnimationRole : public ULiveLinkRole
{
public:
    static UClass* StaticClass();
};
