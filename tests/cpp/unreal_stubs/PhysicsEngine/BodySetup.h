#pragma once

#include "CoreMinimal.h"

struct FKSphereElem
{
    FVector Center;
    float Radius;
};

struct FKSphylElem
{
    FVector Center;
    FRotator Rotation;
    float Radius, Length;
};

struct FKBoxElem
{
    FVector Center;
    FRotator Rotation;
    float X, Y, Z;
};

struct FKConvexElem
{
    TArray<FVector> VertexData;
    FTransform GetTransform() const;
};

struct FKAggregateGeom
{
    TArray<FKSphereElem> SphereElems;
    TArray<FKBoxElem> BoxElems;
    TArray<FKSphylElem> SphylElems;
    TArray<FKConvexElem> ConvexElems;
};

class UBodySetup : public UObject
{
public:
    FKAggregateGeom AggGeom;
};
