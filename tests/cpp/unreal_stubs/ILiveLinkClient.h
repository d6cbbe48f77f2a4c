#pragma once

#include "CoreMinimal.h"
#include "Features/IModularFeatures.h"

class ILiveLinkSource;
class ULiveLinkRole : public UObject
{
};

struct FLiveLinkBaseStaticData
{
};
struct FLiveLinkWorldTime
{
    explicit FLiveLinkWorldTime(double InTime);
    FLiveLinkWorldTime();
};
struct FLiveLinkBaseFrameData
{
    FLiveLinkWorldTime WorldTime;
};

struct FLiveLinkStaticDataStruct
{
    explicit FLiveLinkStaticDataStruct(const UScriptStruct* InType);
    FLiveLinkStaticDataStruct(FLiveLinkStaticDataStruct&&);
    template <class T>
    T* Cast();
};

struct FLiveLinkFrameDataStruct
{
    explicit FLiveLinkFrameDataStruct(const UScriptStruct* InType);
    FLiveLinkFrameDataStruct(FLiveLinkFrameDataStruct&&);
    template <class T>
    T* Cast();
};

struct FLiveLinkSubjectName
{
    FLiveLinkSubjectName(FName Name);
};
struct FLiveLinkSubjectKey
{
    FLiveLinkSubjectKey(FGuid InSource, FLiveLinkSubjectName InSubjectName);
};

class ILiveLinkClient : public IModularFeature
{
public:
    static const FName ModularFeatureName;
    virtual FGuid AddSource(TSharedPtr<ILiveLinkSource> Source) = 0;
    virtual void RemoveSource(TSharedPtr<ILiveLinkSource> Source) = 0;
    virtual void RemoveSubject_AnyThread(const FLiveLinkSubjectKey& SubjectKey) = 0;
    virtual void PushSubjectStaticData_AnyThread(const FLiveLinkSubjectKey& SubjectKey, TSubclassOf<ULiveLinkRole> Role,
        FLiveLinkStaticDataStruct&& StaticData) = 0;
    virtual void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& SubjectKey, FLiveLinkFrameDataStruct&& FrameData) = 0;
};
