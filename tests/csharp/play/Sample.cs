#nullable enable
using System.IO;
using System.Reflection;
using System.Text.Json;
using Lamp.Samples;
using Lamp.Unity;
using UnityEngine;

namespace Lamp.PlayTests
{
    /// <summary>
    /// The sample scene, played, with what a camera would see: for every thirtieth of a second the places of the bones (in
    /// Unity's axes, by the joint they stand for), of ball and target, and what the inspector shows.
    /// </summary>
    internal sealed class Sample
    {
        private readonly string _address;
        private readonly double _seconds;
        private readonly double _speed;

        public Sample(string address, double seconds, double speed)
        {
            _speed = speed;
            _address = address;
            _seconds = seconds;
        }

        public void Record(string file)
        {
            PlayableScene scene = new GameObject("Playable").AddComponent<PlayableScene>();
            Field("address").SetValue(scene, _address); // as Unity fills it from the scene's file
            var clock = new Clock(_speed);
            clock.Frame();
            var hero = (LampCharacter)Field("_character").GetValue(scene)!;
            clock.Until(() => hero.Showing == SampleState.Playing, 30.0);
            using FileStream stream = File.Create(file);
            using var json = new Utf8JsonWriter(stream);
            json.WriteStartArray();
            double beganS = clock.NowS;
            for (int next = 0; clock.NowS - beganS < _seconds;)
            {
                clock.Frame();
                if (clock.NowS - beganS >= next / 30.0)
                {
                    Write(json, hero, clock.NowS - beganS);
                    next = (int)((clock.NowS - beganS) * 30.0) + 1;
                }
            }
            json.WriteEndArray();
            LampConnection.Shutdown();
        }

        private static FieldInfo Field(string name) =>
            typeof(PlayableScene).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!;

        private static void Write(Utf8JsonWriter json, LampCharacter hero, double timeS)
        {
            json.WriteStartObject();
            json.WriteNumber("time_s", timeS);
            json.WriteNumber("session_s", hero.Clock.NowS);
            json.WriteString("showing", hero.Showing.ToString());
            json.WriteString("problem", hero.Problem);
            json.WriteNumber("told", hero.ObstaclesTold);
            json.WriteNumber("revision", hero.Plan?.SceneRevision ?? 0);
            json.WriteBoolean("feasible", hero.Plan?.Feasible ?? false);
            json.WriteString("reason", hero.Plan?.Reason ?? string.Empty);
            json.WriteStartObject("joints");
            Animator animator = hero.GetComponent<Animator>()!;
            for (int b = 0; b < RigRest.BoneCount; b++)
            {
                var bone = (RigBone)b;
                Place(json, BoneMap.JointOf(bone), animator.GetBoneTransform(System.Enum.Parse<HumanBodyBones>(bone.ToString()))!);
            }
            json.WriteEndObject();
            foreach (LampObstacle obstacle in LampObstacle.All)
            {
                Place(json, obstacle.name, obstacle.transform);
            }
            json.WriteEndObject();
        }

        private static void Place(Utf8JsonWriter json, string name, Transform at)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(at.position.x);
            json.WriteNumberValue(at.position.y);
            json.WriteNumberValue(at.position.z);
            json.WriteEndArray();
        }
    }
}
