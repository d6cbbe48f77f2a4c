#pragma once

#include "CoreMinimal.h"

struct FTriIndices
{
    int32 v0, v1, v2;
};

struct FTriMeshCollisionData
{
    TArray<FVector3f> Vertices;
    TArray<FTriIndices> Indices;
};

class IInterface_CollisionDataProvider
{
public:
    virtual ~IInterface_CollisionDataProvider();
    virtual bool GetPhysicsTriMeshData(FTriMeshCollisionData* CollisionData, bool InUseAllTriData);
    virtual bool ContainsPhysicsTriMeshData(bool InUseAllTriData) const;
};
