// A character driven by the motion server: it does what the prompt says, goes to its targets and keeps clear of every
// LampObstacleComponent of the world.
#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"

#include "LampCharacterComponent.generated.h"

class USkinnedMeshComponent;

struct FLampCharacterState;

namespace lamp
{
class Character;
struct CharacterOptions;
struct Event;
}

UENUM(BlueprintType)
enum class ELampBoneMap : uint8
{
    Unreal5,
    Unreal4,
    Custom,
};

DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(FLampPlanSignature, bool, bFeasible, const FString&, Reason);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FLampProblemSignature, const FString&, Problem);

UCLASS(ClassGroup = "LaMP", meta = (BlueprintSpawnableComponent))
class LAMPMOTION_API ULampCharacterComponent : public UActorComponent
{
    GENERATED_BODY()

public:
    ULampCharacterComponent();

    /** What the character does, in English. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP", meta = (MultiLine = true))
    FString Prompt = TEXT("a person walks forward");

    /** How the bones of the mesh are called. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP|Mesh")
    ELampBoneMap BoneMap = ELampBoneMap::Unreal5;

    /** For Custom: joint of the stream (pelvis, left_knee ...) to bone of the mesh. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP|Mesh")
    TMap<FName, FName> CustomBones;

    /** Which way the mesh faces in its component, degrees from +X: 90 for Unreal's, which face +Y. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP|Mesh")
    float MeshYawDegrees = 90.0f;

    /** Name under which Live Link has the pose; None: not published. A poseable mesh needs no Live Link. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP|Mesh")
    FName LiveLinkSubject;

    /** Move the actor along on the ground. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "LaMP")
    bool bMoveActor = true;

    /** Keep clear of every obstacle component of the world; of the nearest where there are too many. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "LaMP")
    bool bAvoidObstacles = true;

    /** The same seed and the same scene give the same motion. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP")
    int32 Seed = 0;

    UPROPERTY(BlueprintAssignable, Category = "LaMP")
    FLampPlanSignature OnPlan;

    /** It cannot move, or something about it cannot be used; it keeps its last good motion. */
    UPROPERTY(BlueprintAssignable, Category = "LaMP")
    FLampProblemSignature OnProblem;

    /** Takes effect at once. False: it cannot be used, OnProblem says why, and the old one stays. */
    UFUNCTION(BlueprintCallable, Category = "LaMP")
    bool SetPrompt(const FString& NewPrompt);

    /** Walks along points on the ground, speed in cm/s (0: the server's choice). */
    UFUNCTION(BlueprintCallable, Category = "LaMP")
    bool WalkAlong(const TArray<FVector>& Points, float Speed = 0.0f, bool bLoop = false);

    UFUNCTION(BlueprintCallable, Category = "LaMP")
    void StopWalkingAlong();

    /** Ends the session and begins another where the character is. */
    UFUNCTION(BlueprintCallable, Category = "LaMP")
    void Restart();

    /** Why it does not move, or the last thing that could not be used; empty when all is well. */
    UFUNCTION(BlueprintPure, Category = "LaMP")
    FString GetProblem() const { return Problem; }

    /** Whether a server drives it now. */
    UFUNCTION(BlueprintPure, Category = "LaMP")
    bool IsLive() const;

    /** For C++: the client's side of it; null while it does not run. */
    lamp::Character* Get() const;
    /** Says once what is wrong with it. */
    void Report(const FString& NewProblem);

    virtual void BeginPlay() override;
    virtual void EndPlay(const EEndPlayReason::Type Reason) override;
    virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

private:
    void Begin();
    void End();
    bool ReadOptions(lamp::CharacterOptions& Options);
    void TakeEvents();
    void Take(const lamp::Event& Event);
    void Show();
    void Feed();

    UPROPERTY(Transient)
    TObjectPtr<USkinnedMeshComponent> Mesh;

    TSharedPtr<FLampCharacterState> State;   // shared only so that generated code need not know what is inside
    FString Problem;
    double ActorAboveFloor = 0.0;
};
