#nullable enable
using Lamp.Unity;
using UnityEditor;

namespace Lamp.UnityEditor
{
    /// <summary>
    /// Ends connections when play mode ends, before scripts are reloaded and when the editor quits: a native connection that
    /// outlives its domain hangs the editor.
    /// </summary>
    [InitializeOnLoad]
    internal static class LampEditorLifetime
    {
        static LampEditorLifetime()
        {
            EditorApplication.playModeStateChanged += change =>
            {
                if (change == PlayModeStateChange.ExitingPlayMode)
                {
                    LampConnection.Shutdown();
                }
            };
            AssemblyReloadEvents.beforeAssemblyReload += LampConnection.Shutdown;
            EditorApplication.quitting += LampConnection.Shutdown;
        }
    }
}
