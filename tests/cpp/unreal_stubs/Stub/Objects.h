#pragma once

#include "Macros.h"
#include "Pointers.h"
#include "Text.h"

class UWorld;

class UClass
{
};

class UScriptStruct
{
};

class UObject
{
public:
    virtual ~UObject();
    FString GetName() const;
    virtual UWorld* GetWorld() const;
    UObject* GetOuter() const;
};

template <class To, class From>
To* Cast(From* Object)
{
    return dynamic_cast<To*>(Object);
}
template <class To, class From>
To* Cast(const TObjectPtr<From>& Object)
{
    return dynamic_cast<To*>(Object.Get());
}

template <class T>
const T* GetDefault();

template <class T>
class TSubclassOf
{
public:
    TSubclassOf(UClass* Class);
};

// Dynamic multicast delegates: only what a component declares and broadcasts.
template <class... A>
class TStubDelegate
{
public:
    void Broadcast(A... Arguments) const;
};
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, T1, N1) using Name = TStubDelegate<T1>
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(Name, T1, N1, T2, N2) using Name = TStubDelegate<T1, T2>
