// Owns a world's connection to the server, its sessions and its Live Link source: leaving play-in-editor, travelling to
// another map and quitting end all of it with the world.
#pragma once

#include <memory>

#include "CoreMinimal.h"
#include "Subsystems/WorldSubsystem.h"

#include "LampSubsystem.generated.h"

class FLampLiveLinkSource;
class ULampObstacleComponent;
struct FLampConnection;

namespace lamp
{
class Character;
class Client;
}

UCLASS()
class LAMPMOTION_API ULampSubsystem : public UTickableWorldSubsystem
{
    GENERATED_BODY()

public:
    static ULampSubsystem* Of(const UObject* Object);

    virtual void Deinitialize() override;
    virtual void Tick(float DeltaTime) override;
    virtual TStatId GetStatId() const override;

    /** Connection of this world; null, and OutProblem says why, where a setting cannot be used. */
    lamp::Client* Client(FString& OutProblem);
    /** Ends a session in the background; the game goes on at once. */
    void Farewell(std::unique_ptr<lamp::Character> Character);

    void Add(ULampObstacleComponent* Obstacle);
    void Remove(ULampObstacleComponent* Obstacle);
    const TArray<TWeakObjectPtr<ULampObstacleComponent>>& Obstacles() const { return AllObstacles; }
    /** For ids on the wire: every object another one. */
    uint32 NextNumber() { return ++LastNumber; }

    /** Source of all characters of this world that publish a Live Link subject; null where Live Link is off. */
    FLampLiveLinkSource* LiveLink();

protected:
    virtual bool DoesSupportWorldType(const EWorldType::Type WorldType) const override;

private:
    TSharedPtr<FLampConnection> Connection;
    TSharedPtr<FLampLiveLinkSource> LiveLinkSource;
    TArray<TWeakObjectPtr<ULampObstacleComponent>> AllObstacles;
    uint32 LastNumber = 0;
};
