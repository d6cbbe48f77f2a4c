#pragma once

#include "Macros.h"

class FString
{
public:
    FString();
    FString(const TCHAR* Source);
    const TCHAR* operator*() const;
    bool IsEmpty() const;
    void Empty(int32 Slack = 0);
    bool operator==(const FString& Other) const;
    FString operator+(const FString& Other) const;
    static FString Printf(const TCHAR* Format, ...);
};
FString operator+(const TCHAR* Left, const FString& Right);

class FName
{
public:
    FName();
    FName(const TCHAR* Name);
    bool IsNone() const;
    FString ToString() const;
    bool operator==(const FName& Other) const;
};

class FText
{
};
FText StubText(const char* Key, const char* Source);
#define LOCTEXT(Key, Source) StubText(Key, Source)

struct FStubToUtf8
{
    explicit FStubToUtf8(const TCHAR* Source);
    operator const char*() const;
};
struct FStubToTchar
{
    explicit FStubToTchar(const char* Source);
    operator const TCHAR*() const;
};
#define TCHAR_TO_UTF8(Source) static_cast<const char*>(FStubToUtf8(Source))
#define UTF8_TO_TCHAR(Source) static_cast<const TCHAR*>(FStubToTchar(Source))

struct FGuid
{
    bool IsValid() const;
    void Invalidate();
};
