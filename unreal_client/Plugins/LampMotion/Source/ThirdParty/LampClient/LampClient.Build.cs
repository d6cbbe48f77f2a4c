using System;
using System.IO;
using UnrealBuildTool;

// The engine-free client, installed here by CMake together with the static libraries of gRPC (see unreal_client/README.md):
//   include/lamp/*.h
//   lib/Win64/*.lib, lib/Linux/*.a, lib/Mac/*.a
public class LampClient : ModuleRules
{
    public LampClient(ReadOnlyTargetRules Target) : base(Target)
    {
        Type = ModuleType.External;
        PublicSystemIncludePaths.Add(Path.Combine(ModuleDirectory, "include"));
        string Platform = Target.Platform.ToString();
        string Folder = Path.Combine(ModuleDirectory, "lib", Platform);
        string[] Libraries = Directory.Exists(Folder)
            ? Directory.GetFiles(Folder, Target.Platform == UnrealTargetPlatform.Win64 ? "*.lib" : "*.a")
            : Array.Empty<string>();
        if (Libraries.Length == 0)
        {
            throw new BuildException("LampMotion: " + Folder + " holds no libraries; install the LaMP client there, "
                + "as unreal_client/README.md says");
        }
        PublicAdditionalLibraries.AddRange(Libraries);
        if (Target.Platform == UnrealTargetPlatform.Win64)
        {
            PublicSystemLibraries.AddRange(new[] { "ws2_32.lib", "crypt32.lib", "bcrypt.lib", "iphlpapi.lib", "dbghelp.lib" });
        }
    }
}
