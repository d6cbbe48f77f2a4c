using UnrealBuildTool;

public class LampMotion : ModuleRules
{
    public LampMotion(ReadOnlyTargetRules Target) : base(Target)
    {
        PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
        CppStandard = CppStandardVersion.Cpp17;
        PublicDependencyModuleNames.AddRange(new[] { "Core", "CoreUObject", "Engine", "DeveloperSettings", "LiveLinkInterface" });
        PrivateDependencyModuleNames.AddRange(new[] { "LampClient", "PhysicsCore" });
    }
}
