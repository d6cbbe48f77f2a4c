#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

using int32 = std::int32_t;
using uint8 = std::uint8_t;
using uint32 = std::uint32_t;
using uint64 = std::uint64_t;
using TCHAR = char16_t;

#define TEXT(x) u##x
#define INDEX_NONE (-1)
#define LAMPMOTION_API

// macros with names so plain that they meet those of other libraries
#define check(expr) static_cast<void>(expr)
#define checkf(expr, format, ...) static_cast<void>(expr)
#define verify(expr) static_cast<void>(expr)
#define ensure(expr) (!!(expr))
#define unimplemented() static_cast<void>(0)
#define PI (3.1415926535897932f)

// what UnrealHeaderTool reads; tests/cpp/headers.py makes the rest
#define UCLASS(...)
#define UENUM(...)
#define UFUNCTION(...)
#define UPROPERTY(...)
#define STUB_JOIN_INNER(a, b, c, d) a##b##c##d
#define STUB_JOIN(a, b, c, d) STUB_JOIN_INNER(a, b, c, d)
#define GENERATED_BODY(...) STUB_JOIN(CURRENT_FILE_ID, _, __LINE__, _GENERATED_BODY)

enum EStubVerbosity { Error, Warning, Log, All };
struct FLogCategoryBase {};
void StubLog(const FLogCategoryBase& Category, EStubVerbosity Verbosity, const TCHAR* Format, ...);
#define DECLARE_LOG_CATEGORY_EXTERN(Name, Default, Compiled) extern struct FLogCategory##Name : FLogCategoryBase {} Name
#define DEFINE_LOG_CATEGORY(Name) FLogCategory##Name Name
#define UE_LOG(Category, Verbosity, Format, ...) StubLog(Category, EStubVerbosity::Verbosity, Format, ##__VA_ARGS__)

template <class T>
typename std::remove_reference_t<T>&& MoveTemp(T&& Value)
{
    static_assert(!std::is_const_v<std::remove_reference_t<T>>, "MoveTemp of something const");
    return static_cast<std::remove_reference_t<T>&&>(Value);
}
