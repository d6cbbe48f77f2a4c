#pragma once

#include "CoreMinimal.h"

namespace EEndPlayReason
{
enum Type : int { Destroyed, LevelTransition, EndPlayInEditor, RemovedFromWorld, Quit };
}
namespace EWorldType
{
enum Type : int { None, Game, Editor, PIE, EditorPreview, GamePreview };
}
enum ETickingGroup : int { TG_PrePhysics, TG_DuringPhysics, TG_PostPhysics, TG_PostUpdateWork };
enum ELevelTick : int { LEVELTICK_TimeOnly, LEVELTICK_ViewportsOnly, LEVELTICK_All };

struct FFilePath
{
    FString FilePath;
};

struct FActorComponentTickFunction
{
    bool bCanEverTick;
    ETickingGroup TickGroup;
};
