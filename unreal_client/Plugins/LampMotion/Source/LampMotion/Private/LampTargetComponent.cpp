#include "LampTargetComponent.h"

#include "GameFramework/Actor.h"

#include "LampCharacterComponent.h"
#include "LampConvert.h"
#include "LampSubsystem.h"
#include "lamp/character.h"

namespace
{

constexpr double SameCm = 2.0;   // nearer to where it was is not told again

}  // namespace

ULampTargetComponent::ULampTargetComponent()
{
    PrimaryComponentTick.bCanEverTick = true;
    PrimaryComponentTick.TickGroup = TG_PostPhysics;
}

void ULampTargetComponent::BeginPlay()
{
    Super::BeginPlay();
    if (ULampSubsystem* Lamp = ULampSubsystem::Of(this))
    {
        Number = Lamp->NextNumber();
    }
}

void ULampTargetComponent::EndPlay(const EEndPlayReason::Type Reason)
{
    Withdraw();
    Super::EndPlay(Reason);
}

void ULampTargetComponent::SetCharacter(AActor* NewCharacter)
{
    Withdraw();
    Character = NewCharacter;
}

ULampCharacterComponent* ULampTargetComponent::Find() const
{
    return Character == nullptr ? nullptr : Character->FindComponentByClass<ULampCharacterComponent>();
}

void ULampTargetComponent::TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
    Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
    ULampCharacterComponent* Found = Find();
    if (Found == nullptr || Number == 0 || !Found->IsLive())
    {
        return;
    }
    const void* Session = &Found->Get()->session();
    const FVector Place = GetComponentLocation();
    if (Session == ToldSession && FVector::Dist(Place, ToldPlace) < SameCm)
    {
        return;
    }
    Tell(*Found);
    ToldTo = Found;
    ToldSession = Session;
    ToldPlace = Place;
}

void ULampTargetComponent::Tell(ULampCharacterComponent& To)
{
    lamp::Character& Driven = *To.Get();
    const lamp::Vec3 Place = LampConvert::From(GetComponentLocation());
    lamp::Result<std::uint64_t> Sent = std::uint64_t{0};
    if (Kind == ELampTargetKind::LookAt)
    {
        lamp::LookAt Look;
        Look.position = Place;
        Look.weight = Weight;
        Sent = Driven.session().look_at(Look);
    }
    else
    {
        lamp::Target Target;
        Target.joint = Kind == ELampTargetKind::WalkTo ? "pelvis" : LampConvert::From(Joint);
        Target.position = Place;
        Target.ignore_z = Kind == ELampTargetKind::WalkTo;
        Target.hold_s = HoldS;
        Target.weight = Weight;
        if (ArriveInS > 0.0f)
        {
            Target.arrive_time_s = Driven.session_s() + ArriveInS;
        }
        Sent = Driven.session().put_target(lamp::object_id(LampConvert::From(GetName()), Number), Target);
    }
    if (!Sent.ok())
    {
        To.Report(FString::Printf(TEXT("'%s': %s"), *GetOwner()->GetName(), *LampConvert::To(Sent.status().message)));
    }
}

void ULampTargetComponent::Withdraw()
{
    if (ToldTo.IsValid() && ToldTo->Get() != nullptr && &ToldTo->Get()->session() == ToldSession)
    {
        lamp::Session& Session = ToldTo->Get()->session();
        const lamp::Result<std::uint64_t> Sent = Kind == ELampTargetKind::LookAt
            ? Session.clear_look_at()
            : Session.remove_target(lamp::object_id(LampConvert::From(GetName()), Number));
        (void)Sent.ok();   // a session that has ended has no targets either
    }
    ToldTo.Reset();
    ToldSession = nullptr;
}
