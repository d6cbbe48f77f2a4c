// Values of the engine and of the client. Both speak centimetres, Z up, X forward: numbers stay as they are.
#pragma once

#include <string>

#include "CoreMinimal.h"

#include "lamp/math.h"

namespace LampConvert
{

inline lamp::Vec3 From(const FVector& V)
{
    return {static_cast<float>(V.X), static_cast<float>(V.Y), static_cast<float>(V.Z)};
}

inline lamp::Quat From(const FQuat& Q)
{
    return {static_cast<float>(Q.X), static_cast<float>(Q.Y), static_cast<float>(Q.Z), static_cast<float>(Q.W)};
}

inline lamp::Transform From(const FTransform& T)
{
    return {From(T.GetLocation()), From(T.GetRotation())};
}

inline std::string From(const FString& S)
{
    return std::string(TCHAR_TO_UTF8(*S));
}

inline std::string From(const FName& N)
{
    return From(N.ToString());
}

inline FVector To(const lamp::Vec3& V)
{
    return FVector(V.x, V.y, V.z);
}

inline FQuat To(const lamp::Quat& Q)
{
    return FQuat(Q.x, Q.y, Q.z, Q.w);
}

inline FTransform To(const lamp::Transform& T)
{
    return FTransform(To(T.rotation), To(T.position));
}

inline FString To(const std::string& S)
{
    return FString(UTF8_TO_TCHAR(S.c_str()));
}

}  // namespace LampConvert
