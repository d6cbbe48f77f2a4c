#pragma once

#include "CoreMinimal.h"

class FDefaultModuleImpl
{
};
#define IMPLEMENT_MODULE(Class, Name) [[maybe_unused]] static Class StubModule##Name;
