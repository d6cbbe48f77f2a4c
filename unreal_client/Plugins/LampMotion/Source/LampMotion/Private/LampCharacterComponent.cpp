#include "LampCharacterComponent.h"

#include "Components/PoseableMeshComponent.h"
#include "Components/SkinnedMeshComponent.h"
#include "Engine/World.h"
#include "GameFramework/Actor.h"

#include "LampConvert.h"
#include "LampLiveLinkSource.h"
#include "LampLog.h"
#include "LampMesh.h"
#include "LampObstacleComponent.h"
#include "LampSettings.h"
#include "LampSubsystem.h"
#include "lamp/character.h"

using namespace LampConvert;

struct FLampCharacterState
{
    std::unique_ptr<lamp::Character> Character;
    std::string Problem;   // of it, as reported
};

ULampCharacterComponent::ULampCharacterComponent()
{
    PrimaryComponentTick.bCanEverTick = true;
    PrimaryComponentTick.TickGroup = TG_PostPhysics;   // obstacles are where they will be drawn
}

lamp::Character* ULampCharacterComponent::Get() const
{
    return State.IsValid() ? State->Character.get() : nullptr;
}

bool ULampCharacterComponent::IsLive() const
{
    return Get() != nullptr && Get()->session().state() == lamp::SessionState::Live;
}

void ULampCharacterComponent::BeginPlay()
{
    Super::BeginPlay();
    Begin();
}

void ULampCharacterComponent::EndPlay(const EEndPlayReason::Type Reason)
{
    End();
    Super::EndPlay(Reason);
}

void ULampCharacterComponent::Restart()
{
    End();
    Begin();
}

void ULampCharacterComponent::Begin()
{
    Problem.Empty();
    ULampSubsystem* Lamp = ULampSubsystem::Of(this);
    lamp::CharacterOptions Options;
    if (Lamp == nullptr || !ReadOptions(Options))
    {
        return;
    }
    FString ClientProblem;
    lamp::Client* Client = Lamp->Client(ClientProblem);
    if (Client == nullptr)
    {
        return Report(ClientProblem);
    }
    lamp::Result<std::unique_ptr<lamp::Character>> Made = lamp::Character::begin(*Client, Options);
    if (!Made.ok())
    {
        return Report(To(Made.status().message));
    }
    State = MakeShared<FLampCharacterState>();
    State->Character = Made.take();
}

bool ULampCharacterComponent::ReadOptions(lamp::CharacterOptions& Options)
{
    const AActor* Owner = GetOwner();
    const ULampSettings& Settings = *GetDefault<ULampSettings>();
    Mesh = Owner->FindComponentByClass<UPoseableMeshComponent>();
    if (Mesh == nullptr)
    {
        Mesh = Owner->FindComponentByClass<USkinnedMeshComponent>();
    }
    if (Mesh == nullptr && LiveLinkSubject.IsNone())
    {
        Report(FString::Printf(TEXT("'%s' has no skinned mesh and no Live Link subject; add one of them"), *Owner->GetName()));
        return false;
    }
    FVector Floor = Owner->GetActorLocation();
    if (Mesh != nullptr)
    {
        Floor.Z = Mesh->GetComponentLocation().Z;   // where its feet are
        Options.bones = LampMesh::ReadBones(*Mesh);
    }
    ActorAboveFloor = Owner->GetActorLocation().Z - Floor.Z;
    FVector Facing = Owner->GetActorForwardVector();
    Facing.Z = 0.0;
    Options.name = From(Owner->GetName());
    Options.bone_map = BoneMap == ELampBoneMap::Unreal4 ? lamp::unreal4_bone_map() : lamp::unreal5_bone_map();
    if (BoneMap == ELampBoneMap::Custom)
    {
        Options.bone_map.clear();
        for (const TPair<FName, FName>& Pair : CustomBones)
        {
            Options.bone_map[From(Pair.Key)] = From(Pair.Value);
        }
    }
    Options.component_from_session = From(FRotator(0.0, MeshYawDegrees, 0.0).Quaternion());
    lamp::SessionOptions& Session = Options.session;
    Session.prompt = From(Prompt);
    Session.fps = Settings.Fps;
    Session.horizon_s = Settings.HorizonS;
    Session.start_position = From(Floor);
    Session.start_facing = From(Facing);
    Session.seed = static_cast<std::uint64_t>(FMath::Max(Seed, 0));
    Session.connect_timeout_s = Settings.ConnectTimeoutS;
    Session.close_timeout_s = 0.3;   // leaving play-in-editor waits no longer than this
    Session.reconnect.enabled = Settings.ReconnectForS > 0.0f;
    Session.reconnect.give_up_s = Settings.ReconnectForS;
    return true;
}

void ULampCharacterComponent::End()
{
    ULampSubsystem* Lamp = ULampSubsystem::Of(this);
    if (Lamp != nullptr && Get() != nullptr)
    {
        if (!LiveLinkSubject.IsNone() && Lamp->LiveLink() != nullptr)
        {
            Lamp->LiveLink()->Remove(LiveLinkSubject);
        }
        Lamp->Farewell(std::move(State->Character));
    }
    State.Reset();
}

void ULampCharacterComponent::TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
    Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
    lamp::Character* Character = Get();
    if (Character == nullptr)
    {
        return;
    }
    TakeEvents();
    if (Character->advance(GetWorld()->GetTimeSeconds()))   // stands still while the game is paused, as the game does
    {
        Show();
        if (bAvoidObstacles)
        {
            Feed();
        }
    }
    if (Character->problem() != State->Problem)
    {
        State->Problem = Character->problem();
        Report(To(State->Problem));
    }
}

void ULampCharacterComponent::TakeEvents()
{
    lamp::Event Event;
    while (Get()->next_event(Event))
    {
        Take(Event);
    }
}

void ULampCharacterComponent::Take(const lamp::Event& Event)
{
    switch (Event.kind)
    {
    case lamp::EventKind::Plan:
        OnPlan.Broadcast(Event.plan.feasible, To(Event.plan.reason));
        break;
    case lamp::EventKind::Welcome:
        UE_LOG(LogLamp, Log, TEXT("'%s' is driven; licence of the model: %s"), *GetOwner()->GetName(), *To(Event.model_licence));
        break;
    case lamp::EventKind::GoingAway:
        UE_LOG(LogLamp, Log, TEXT("'%s': the server is about to stop: %s"), *GetOwner()->GetName(), *To(Event.message));
        break;
    default:   // what went wrong is in lamp::Character::problem
        break;
    }
}

void ULampCharacterComponent::Show()
{
    const lamp::Character& Character = *Get();
    const FVector Floor = To(Character.origin());
    if (bMoveActor)
    {
        GetOwner()->SetActorLocation(Floor + FVector(0.0, 0.0, ActorAboveFloor));
    }
    if (Mesh != nullptr)
    {
        LampMesh::Pose(*Mesh, {Character.origin(), Character.world_from_component()}, Character.local());
    }
    if (!LiveLinkSubject.IsNone())
    {
        if (FLampLiveLinkSource* Source = ULampSubsystem::Of(this)->LiveLink())
        {
            Source->Publish(LiveLinkSubject, Character);
        }
    }
}

void ULampCharacterComponent::Feed()
{
    lamp::Character& Character = *Get();
    const FVector Pelvis = To(Character.pose().positions[0]);
    Character.begin_obstacles();
    for (const TWeakObjectPtr<ULampObstacleComponent>& Obstacle : ULampSubsystem::Of(this)->Obstacles())
    {
        if (Obstacle.IsValid() && Obstacle->GetOwner() != GetOwner())
        {
            Obstacle->Offer(Character, Pelvis);
        }
    }
    Character.finish_obstacles();
}

bool ULampCharacterComponent::SetPrompt(const FString& NewPrompt)
{
    if (lamp::Character* Character = Get())
    {
        const lamp::Result<std::uint64_t> Sent = Character->session().set_prompt(From(NewPrompt));
        if (!Sent.ok())
        {
            Report(To(Sent.status().message));
            return false;
        }
    }
    Prompt = NewPrompt;
    return true;
}

bool ULampCharacterComponent::WalkAlong(const TArray<FVector>& Points, float Speed, bool bLoop)
{
    lamp::Character* Character = Get();
    if (Character == nullptr)
    {
        Report(FString::Printf(TEXT("'%s' has no session"), *GetOwner()->GetName()));
        return false;
    }
    lamp::Path Path;
    Path.speed = Speed;
    Path.loop = bLoop;
    for (const FVector& Point : Points)
    {
        lamp::Waypoint Waypoint;
        Waypoint.position = From(Point);
        Path.waypoints.push_back(Waypoint);
    }
    const lamp::Result<std::uint64_t> Sent = Character->session().set_path(Path);
    if (!Sent.ok())
    {
        Report(FString::Printf(TEXT("'%s': %s"), *GetOwner()->GetName(), *To(Sent.status().message)));
    }
    return Sent.ok();
}

void ULampCharacterComponent::StopWalkingAlong()
{
    if (lamp::Character* Character = Get())
    {
        const lamp::Result<std::uint64_t> Sent = Character->session().clear_path();
        (void)Sent.ok();   // a session that has ended follows no path either
    }
}

void ULampCharacterComponent::Report(const FString& NewProblem)
{
    if (NewProblem == Problem)
    {
        return;
    }
    Problem = NewProblem;
    if (!Problem.IsEmpty())
    {
        UE_LOG(LogLamp, Error, TEXT("%s"), *Problem);
        OnProblem.Broadcast(Problem);
    }
}
