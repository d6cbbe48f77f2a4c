#pragma once

#include <initializer_list>

#include "Macros.h"

template <class T>
class TArray
{
public:
    TArray();
    TArray(std::initializer_list<T> Items);
    int32 Num() const;
    int32 Add(const T& Item);
    int32 Add(T&& Item);
    int32 AddUnique(const T& Item);
    int32 Remove(const T& Item);
    void Reserve(int32 Number);
    void Empty(int32 Slack = 0);
    T& operator[](int32 Index);
    const T& operator[](int32 Index) const;
    T* begin();
    T* end();
    const T* begin() const;
    const T* end() const;
};

template <class K, class V>
struct TPair
{
    K Key;
    V Value;
};

template <class K, class V>
class TMap
{
public:
    TPair<K, V>* begin();
    TPair<K, V>* end();
    const TPair<K, V>* begin() const;
    const TPair<K, V>* end() const;
};

template <class T>
class TSet
{
public:
    void Add(const T& Item);
    int32 Remove(const T& Item);
    bool Contains(const T& Item) const;
    void Empty(int32 Slack = 0);
};
