#nullable enable
using System.Globalization;
using Lamp.Unity;
using UnityEditor;
using UnityEngine;

namespace Lamp.UnityEditor
{
    /// <summary>Inspector of a character: what its session does, how many frames are ahead, and how well the plan does.</summary>
    [CustomEditor(typeof(LampCharacter))]
    public sealed class LampCharacterEditor : Editor
    {
        public override bool RequiresConstantRepaint() => Application.isPlaying;

        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            var character = (LampCharacter)target;
            EditorGUILayout.Space();
            if (!LampHttp.Available)
            {
                EditorGUILayout.HelpBox(
                    "Nothing that speaks HTTP/2 is installed. Add the package com.cysharp.yetanotherhttphandler; see README.",
                    MessageType.Warning);
            }
            if (character.Problem.Length > 0)
            {
                EditorGUILayout.HelpBox(character.Problem, MessageType.Error);
            }
            if (!Application.isPlaying)
            {
                EditorGUILayout.HelpBox("Press play to connect.", MessageType.Info);
                return;
            }
            LampSession? session = character.Session;
            if (session != null)
            {
                Session(character, session);
            }
            if (character.Plan != null)
            {
                Plan(character.Plan);
            }
            Buttons(character, session);
        }

        private static void Session(LampCharacter character, LampSession session)
        {
            Row("Session", session.State.ToString());
            PlanBuffer? buffer = session.Buffer;
            WelcomeInfo? welcome = session.Welcome;
            if (buffer == null || welcome == null)
            {
                return;
            }
            double ahead = (buffer.LastFrameTimeS - character.Clock.NowS) * buffer.Fps;
            Row("Server", $"{welcome.ServerVersion}, model {welcome.ModelName} ({welcome.ModelLicence}) on {welcome.Device}");
            Row("Session time", Text(character.Clock.NowS, "0.00 s"));
            Row("Frames ahead", Text(ahead < 0.0 ? 0.0 : ahead, "0") + $" of {buffer.Capacity} places");
            Row("Waits for frames", $"{character.Clock.Stalls} times, " + Text(character.Clock.WaitedS, "0.00 s"));
            Row("Obstacles", $"{character.ObstaclesTold} told, {character.ObstaclesFound} found, {welcome.MaxObstacles} at most");
            Row("Reconnects", $"{session.Statistics.Reconnects}, the last took " + Text(session.Statistics.LastReconnectS, "0.00 s"));
        }

        private static void Plan(PlanReport plan)
        {
            EditorGUILayout.Space();
            Row("Plan", $"{plan.PlanId} for revision {plan.SceneRevision}, frames {plan.StartFrame} to {plan.EndFrame}");
            Row("Feasible", plan.Feasible ? "yes" : plan.Reason);
            Row("Settled", plan.Settled ? "yes" : "a better one may follow");
            foreach (PlanTerm term in plan.Terms)
            {
                Row(term.Name, Text(term.Value, "0.###") + " " + term.Unit);
            }
            foreach (TargetOutcome outcome in plan.Targets)
            {
                Row(outcome.Id, Text(outcome.ErrorM, "0.000 m") + " at " + Text(outcome.ArriveS, "0.0 s"));
            }
        }

        private static void Buttons(LampCharacter character, LampSession? session)
        {
            EditorGUILayout.Space();
            if (session != null && GUILayout.Button("Send prompt"))
            {
                character.Prompt = character.Prompt;
            }
            if (session != null && GUILayout.Button("Stop looking and walking along"))
            {
                session.ClearLookAt();
                session.ClearPath();
            }
            if (GUILayout.Button("Restart session"))
            {
                character.Restart();
            }
        }

        private static void Row(string label, string text) => EditorGUILayout.LabelField(label, text);

        private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
