// Nothing to start: a world's LampSubsystem owns connection and sessions, and ends them with the world.
#include "LampLog.h"
#include "Modules/ModuleManager.h"

DEFINE_LOG_CATEGORY(LogLamp);

IMPLEMENT_MODULE(FDefaultModuleImpl, LampMotion)
