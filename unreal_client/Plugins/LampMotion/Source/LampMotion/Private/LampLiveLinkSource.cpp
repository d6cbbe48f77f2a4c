#include "LampLiveLinkSource.h"

#include "HAL/PlatformTime.h"
#include "ILiveLinkClient.h"
#include "Roles/LiveLinkAnimationRole.h"
#include "Roles/LiveLinkAnimationTypes.h"

#include "LampConvert.h"
#include "lamp/character.h"

#define LOCTEXT_NAMESPACE "LampLiveLinkSource"

using namespace LampConvert;

void FLampLiveLinkSource::PushSkeleton(FName Subject, const lamp::Character& Character)
{
    FLiveLinkStaticDataStruct Struct(FLiveLinkSkeletonStaticData::StaticStruct());
    FLiveLinkSkeletonStaticData& Skeleton = *Struct.Cast<FLiveLinkSkeletonStaticData>();
    TArray<FName> Names;
    TArray<int32> Parents;
    for (size_t Bone = 0; Bone < Character.bone_names().size(); ++Bone)
    {
        Names.Add(FName(*To(Character.bone_names()[Bone])));
        Parents.Add(Character.bone_parents()[Bone]);
    }
    Skeleton.SetBoneNames(Names);
    Skeleton.SetBoneParents(Parents);
    Client->PushSubjectStaticData_AnyThread({SourceGuid, Subject}, ULiveLinkAnimationRole::StaticClass(), MoveTemp(Struct));
    Known.Add(Subject);
}

void FLampLiveLinkSource::Publish(FName Subject, const lamp::Character& Character)
{
    if (Client == nullptr)
    {
        return;
    }
    if (!Known.Contains(Subject))
    {
        PushSkeleton(Subject, Character);
    }
    FLiveLinkFrameDataStruct Struct(FLiveLinkAnimationFrameData::StaticStruct());
    FLiveLinkAnimationFrameData& Frame = *Struct.Cast<FLiveLinkAnimationFrameData>();
    Frame.WorldTime = FLiveLinkWorldTime(FPlatformTime::Seconds());
    Frame.Transforms.Reserve(static_cast<int32>(Character.local().size()));
    for (const lamp::Transform& Bone : Character.local())
    {
        Frame.Transforms.Add(To(Bone));
    }
    Client->PushSubjectFrameData_AnyThread({SourceGuid, Subject}, MoveTemp(Struct));
}

void FLampLiveLinkSource::Remove(FName Subject)
{
    if (Client != nullptr && Known.Remove(Subject) > 0)
    {
        Client->RemoveSubject_AnyThread({SourceGuid, Subject});
    }
}

void FLampLiveLinkSource::ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid)
{
    Client = InClient;
    SourceGuid = InSourceGuid;
}

bool FLampLiveLinkSource::IsSourceStillValid() const
{
    return Client != nullptr;
}

bool FLampLiveLinkSource::RequestSourceShutdown()
{
    Client = nullptr;
    Known.Empty();
    return true;
}

FText FLampLiveLinkSource::GetSourceType() const
{
    return LOCTEXT("Type", "LaMP Motion");
}

FText FLampLiveLinkSource::GetSourceMachineName() const
{
    return LOCTEXT("Machine", "Motion server");
}

FText FLampLiveLinkSource::GetSourceStatus() const
{
    return Client != nullptr ? LOCTEXT("Active", "Active") : LOCTEXT("Removed", "Removed");
}

#undef LOCTEXT_NAMESPACE
