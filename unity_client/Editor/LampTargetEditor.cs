#nullable enable
using Lamp.Unity;
using UnityEditor;

namespace Lamp.UnityEditor
{
    /// <summary>Inspector of a target: why it cannot be used where it cannot.</summary>
    [CustomEditor(typeof(LampTarget))]
    public sealed class LampTargetEditor : Editor
    {
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            var target = (LampTarget)this.target;
            if (target.Problem.Length > 0)
            {
                EditorGUILayout.HelpBox(target.Problem, MessageType.Error);
            }
            else if (target.Character == null)
            {
                EditorGUILayout.HelpBox("Assign the character that should go there.", MessageType.Warning);
            }
        }
    }
}
