// Live Link source of the characters of one world: each is an animation subject, with the bones of its mesh or, without a
// mesh, those of the streamed skeleton.
#pragma once

#include "CoreMinimal.h"
#include "ILiveLinkSource.h"

namespace lamp
{
class Character;
}

class LAMPMOTION_API FLampLiveLinkSource : public ILiveLinkSource
{
public:
    /** Once per frame and character, on the game thread, after it has advanced. */
    void Publish(FName Subject, const lamp::Character& Character);
    void Remove(FName Subject);

    virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) override;
    virtual bool IsSourceStillValid() const override;
    virtual bool RequestSourceShutdown() override;
    virtual FText GetSourceType() const override;
    virtual FText GetSourceMachineName() const override;
    virtual FText GetSourceStatus() const override;

private:
    void PushSkeleton(FName Subject, const lamp::Character& Character);

    ILiveLinkClient* Client = nullptr;
    FGuid SourceGuid;
    TSet<FName> Known;
};
