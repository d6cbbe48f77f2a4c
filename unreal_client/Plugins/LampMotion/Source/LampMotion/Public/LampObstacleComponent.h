// Makes the collision of a component something that characters keep clear of, or stand on. Spheres, capsules and boxes of
// its simple collision go as they are, hulls and triangles are uploaded once by their content; what moves tells its velocity.
#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"

#include "LampObstacleComponent.generated.h"

class UPrimitiveComponent;
struct FLampObstacleState;

namespace lamp
{
class Character;
}

UCLASS(ClassGroup = "LaMP", meta = (BlueprintSpawnableComponent))
class LAMPMOTION_API ULampObstacleComponent : public UActorComponent
{
    GENERATED_BODY()

public:
    ULampObstacleComponent();

    /** Component whose collision it tells of; none: the actor's root, else the first with collision. */
    UPROPERTY(BlueprintReadWrite, Category = "LaMP")
    TObjectPtr<UPrimitiveComponent> Shape;

    /** Feet may stand on it: a floor, stairs, a ramp. */
    UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "LaMP")
    bool bWalkable = false;

    /** Its triangles instead of its simple collision. The mesh needs Allow CPU Access in a packaged game. */
    UPROPERTY(EditAnywhere, BlueprintReadOnly, Category = "LaMP")
    bool bTriangles = false;

    /** The collision or the scale changed: it is read, and uploaded, again. */
    UFUNCTION(BlueprintCallable, Category = "LaMP")
    void ShapeChanged();

    /** Why it cannot be used; empty when it can. */
    UFUNCTION(BlueprintPure, Category = "LaMP")
    FString GetProblem() const { return Problem; }

    /** Tells a character of all its shapes, as they are now. */
    void Offer(lamp::Character& Character, const FVector& Pelvis);

    virtual void BeginPlay() override;
    virtual void EndPlay(const EEndPlayReason::Type Reason) override;
    virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

private:
    void FindShape();
    void Report(const FString& NewProblem);

    TSharedPtr<FLampObstacleState> State;
    FString Problem;
    uint32 Number = 0;
};
