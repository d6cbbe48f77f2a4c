// A place a character should go to, reach or look at: where this component is. It follows while it moves.
#pragma once

#include "Components/SceneComponent.h"
#include "CoreMinimal.h"

#include "LampTargetComponent.generated.h"

class ULampCharacterComponent;

UENUM(BlueprintType)
enum class ELampTargetKind : uint8
{
    /** The pelvis goes there; height does not count. */
    WalkTo,
    /** A joint is there. */
    Reach,
    /** Chest, neck and head turn there. */
    LookAt,
};

UCLASS(ClassGroup = "LaMP", meta = (BlueprintSpawnableComponent))
class LAMPMOTION_API ULampTargetComponent : public USceneComponent
{
    GENERATED_BODY()

public:
    ULampTargetComponent();

    /** Actor with a LampCharacterComponent. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP")
    TObjectPtr<AActor> Character;

    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP")
    ELampTargetKind Kind = ELampTargetKind::WalkTo;

    /** For Reach: left_wrist, right_wrist, head, left_foot ... */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP", meta = (EditCondition = "Kind == ELampTargetKind::Reach"))
    FName Joint = TEXT("left_wrist");

    /** Seconds from now until it should be reached; 0: by distance. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP", meta = (ClampMin = "0"))
    float ArriveInS = 0.0f;

    /** How long to stay, seconds. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP", meta = (ClampMin = "0", ClampMax = "3600"))
    float HoldS = 0.0f;

    /** Importance against other targets. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP", meta = (ClampMin = "0.001", ClampMax = "1000"))
    float Weight = 1.0f;

    /** Another character, or nobody. */
    UFUNCTION(BlueprintCallable, Category = "LaMP")
    void SetCharacter(AActor* NewCharacter);

    virtual void BeginPlay() override;
    virtual void EndPlay(const EEndPlayReason::Type Reason) override;
    virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

private:
    ULampCharacterComponent* Find() const;
    void Tell(ULampCharacterComponent& To);
    void Withdraw();

    uint32 Number = 0;
    TWeakObjectPtr<ULampCharacterComponent> ToldTo;
    const void* ToldSession = nullptr;   // the session is another one after a restart: it is told again
    FVector ToldPlace = FVector::ZeroVector;
};
