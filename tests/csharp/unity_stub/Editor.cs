#nullable enable
using System;
using UnityEngine;

namespace UnityEditor
{
    public class Editor : UnityEngine.Object
    {
        public UnityEngine.Object target { get; set; } = null!;

        public virtual void OnInspectorGUI()
        {
        }

        public bool DrawDefaultInspector() => true;

        public virtual bool RequiresConstantRepaint() => false;
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CustomEditor : Attribute
    {
        public CustomEditor(Type inspectedType)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class InitializeOnLoadAttribute : Attribute
    {
    }

    public enum MessageType
    {
        None,
        Info,
        Warning,
        Error,
    }

    public static class EditorGUILayout
    {
        public static void LabelField(string label, string text)
        {
        }

        public static void HelpBox(string message, MessageType type)
        {
        }

        public static void Space()
        {
        }
    }

    public enum PlayModeStateChange
    {
        EnteredEditMode,
        ExitingEditMode,
        EnteredPlayMode,
        ExitingPlayMode,
    }

    public static class EditorApplication
    {
        public static event Action<PlayModeStateChange>? playModeStateChanged;

        public static event Action? quitting;

        public static bool isPlaying { get; set; }

        public static void StubQuit() => quitting?.Invoke();

        public static void StubChange(PlayModeStateChange change) => playModeStateChanged?.Invoke(change);
    }

    public static class AssemblyReloadEvents
    {
        public static event Action? beforeAssemblyReload;

        public static void StubReload() => beforeAssemblyReload?.Invoke();
    }
}

namespace UnityEngine
{
    public static class GUILayout
    {
        public static bool Button(string text) => false;

        public static void Label(string text)
        {
        }
    }
}
