#pragma once

#include "Macros.h"

struct FVector
{
    double X, Y, Z;
    static const FVector ZeroVector;
    static const FVector OneVector;
    FVector();
    FVector(double InX, double InY, double InZ);
    FVector operator+(const FVector& Other) const;
    FVector operator-(const FVector& Other) const;
    FVector operator*(double Scale) const;
    FVector operator/(const FVector& Other) const;
    static double Dist(const FVector& A, const FVector& B);
};

struct FVector3f
{
    float X, Y, Z;
};

struct FQuat
{
    double X, Y, Z, W;
    static const FQuat Identity;
    FQuat();
    FQuat(double InX, double InY, double InZ, double InW);
};

struct FRotator
{
    double Pitch, Yaw, Roll;
    FRotator(double InPitch, double InYaw, double InRoll);
    FQuat Quaternion() const;
};

struct FTransform
{
    FTransform();
    FTransform(const FQuat& Rotation, const FVector& Translation);
    FVector GetLocation() const;
    FQuat GetRotation() const;
    FVector GetScale3D() const;
    void SetRotation(const FQuat& Rotation);
    void SetTranslation(const FVector& Translation);
    FVector TransformPosition(const FVector& Position) const;
    FTransform operator*(const FTransform& Other) const;
};

struct FBox
{
    double ComputeSquaredDistanceToPoint(const FVector& Point) const;
};

struct FBoxSphereBounds
{
    FVector Origin, BoxExtent;
    double SphereRadius;
    FBox GetBox() const;
};

struct FMath
{
    template <class T>
    static T Max(T A, T B);
    static double Sqrt(double Value);
};
