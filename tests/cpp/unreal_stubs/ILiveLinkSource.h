#pragma once

#include "CoreMinimal.h"

class ILiveLinkClient;

class ILiveLinkSource
{
public:
    virtual ~ILiveLinkSource();
    virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) = 0;
    virtual void Update();
    virtual bool CanBeDisplayedInUI() const;
    virtual bool IsSourceStillValid() const = 0;
    virtual bool RequestSourceShutdown() = 0;
    virtual FText GetSourceType() const = 0;
    virtual FText GetSourceMachineName() const = 0;
    virtual FText GetSourceStatus() const = 0;
};
