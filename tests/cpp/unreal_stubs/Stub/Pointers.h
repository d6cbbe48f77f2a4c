#pragma once

#include <type_traits>

#include "Macros.h"

template <class T>
class TSharedPtr
{
public:
    TSharedPtr();
    template <class U, class = std::enable_if_t<std::is_convertible_v<U*, T*>>>
    TSharedPtr(const TSharedPtr<U>& Other);
    bool IsValid() const;
    T* Get() const;
    T* operator->() const;
    T& operator*() const;
    void Reset();
};

// a TSharedRef in the engine, which becomes a TSharedPtr as here
template <class T, class... A>
TSharedPtr<T> MakeShared(A&&... Arguments)
{
    static_assert(sizeof(T(static_cast<A&&>(Arguments)...)) > 0, "it must be complete where it is made");
    return {};
}

template <class T>
class TObjectPtr
{
public:
    TObjectPtr(T* Object = nullptr);
    operator T*() const;
    T* operator->() const;
    T& operator*() const;
    T* Get() const;
};

template <class T>
class TWeakObjectPtr
{
public:
    TWeakObjectPtr(T* Object = nullptr);
    bool IsValid() const;
    T* Get() const;
    T* operator->() const;
    void Reset();
    bool operator==(const TWeakObjectPtr& Other) const;
};
