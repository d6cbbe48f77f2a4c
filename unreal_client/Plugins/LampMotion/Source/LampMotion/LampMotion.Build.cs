using UnrealBuildTool;

public class LampMotion : ModuleRules
{
    public LampMotion(ReadOnlyTargetRules Target) : base(Target)
    {
        PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
        PublicDependencyModuleNames.AddRange(new[] { "Core", "CoreUObject", "Engine", "DeveloperSettings", "LiveLinkInterface" });
        PrivateDependencyModuleNames.AddRange(new[] { "LampClient", "PhysicsCore" });
    }
}
