#nullable enable
using Lamp.Unity;
using UnityEditor;

namespace Lamp.UnityEditor
{
    /// <summary>Inspector of an obstacle: what it is called, and why it cannot be used where it cannot.</summary>
    [CustomEditor(typeof(LampObstacle))]
    public sealed class LampObstacleEditor : Editor
    {
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            var obstacle = (LampObstacle)target;
            if (obstacle.Problem.Length > 0)
            {
                EditorGUILayout.HelpBox(obstacle.Problem, MessageType.Error);
            }
            else if (obstacle.Id.Length > 0)
            {
                EditorGUILayout.LabelField("On the wire", obstacle.Id);
            }
            if (obstacle.Content != null)
            {
                EditorGUILayout.LabelField("Geometry", obstacle.Content.Id.Substring(0, 16));
            }
        }
    }
}
