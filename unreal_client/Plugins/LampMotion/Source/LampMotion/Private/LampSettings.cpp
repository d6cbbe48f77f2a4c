#include "LampSettings.h"

FName ULampSettings::GetCategoryName() const
{
    return TEXT("Game");
}
