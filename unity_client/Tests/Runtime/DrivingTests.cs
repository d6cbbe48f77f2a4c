#nullable enable
using System;
using System.Collections;
using System.Collections.Generic;
using Lamp.Unity;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Lamp.Tests
{
    /// <summary>
    /// PlayMode, against a real server: start one (lamp serve --stub is enough) and set LAMP_TEST_SERVER to its HOST:PORT
    /// before the editor starts. Ignored without.
    /// </summary>
    public sealed class DrivingTests
    {
        private readonly List<GameObject> _scene = new List<GameObject>();
        private GameObject _hero = null!;
        private LampCharacter _character = null!;

        [SetUp]
        public void Begin()
        {
            string? address = Environment.GetEnvironmentVariable("LAMP_TEST_SERVER");
            if (string.IsNullOrEmpty(address))
            {
                Assert.Ignore("set LAMP_TEST_SERVER to the HOST:PORT of a server");
            }
            LogAssert.ignoreFailingMessages = true;
            _hero = Made(LampMannequin.Create("hero"));
            _hero.SetActive(false);
            _character = _hero.AddComponent<LampCharacter>();
            _character.Server = LampServer.At(address!);
            _hero.SetActive(true);
        }

        [TearDown]
        public void End()
        {
            foreach (GameObject one in _scene)
            {
                UnityEngine.Object.DestroyImmediate(one);
            }
            _scene.Clear();
            LampConnection.Shutdown();
            LogAssert.ignoreFailingMessages = false;
        }

        [UnityTest]
        public IEnumerator ACharacterWalksAndLeavesNothingOpen()
        {
            foreach (object? frame in Until(() => _character.Showing == SampleState.Playing))
            {
                yield return frame;
            }
            Vector3 before = Hips.position;
            yield return new WaitForSeconds(2f);
            Assert.Greater((Hips.position - before).magnitude, 0.8, _character.Problem);
            Assert.Greater(Hips.position.y, 0.6);
            Assert.Greater(Bone(HumanBodyBones.Head).position.y, Hips.position.y + 0.3);
            Assert.Greater(Bone(HumanBodyBones.LeftFoot).position.y, -0.05);
            Assert.Less(Math.Abs(_hero.transform.position.x - Hips.position.x), 1e-3);
            Assert.AreEqual(string.Empty, _character.Problem);
            _hero.SetActive(false);
            Assert.IsNull(_character.Session);
            yield return new WaitForSeconds(1f);
            Assert.AreEqual(0, LampConnection.SessionCount);
            Assert.AreEqual(0, LampConnection.ConnectionCount);
        }

        [UnityTest]
        public IEnumerator ItWalksAroundAPillarAndForgetsItWhenItIsGone()
        {
            GameObject pillar = Made(GameObject.CreatePrimitive(PrimitiveType.Capsule));
            pillar.transform.position = new Vector3(0f, 1f, 2.5f);
            pillar.transform.localScale = new Vector3(0.7f, 1f, 0.7f);
            pillar.AddComponent<LampObstacle>();
            foreach (object? frame in Until(() => _character.ObstaclesTold == 1 && _character.Plan != null))
            {
                yield return frame;
            }
            double nearest = double.PositiveInfinity;
            for (double began = Time.timeAsDouble; Time.timeAsDouble - began < 5.0;)
            {
                Vector3 away = Hips.position - pillar.transform.position;
                nearest = Math.Min(nearest, Math.Sqrt(away.x * away.x + away.z * away.z));
                yield return null;
            }
            Assert.Greater(Hips.position.z, 3.0, "it did not come past the pillar");
            Assert.Greater(nearest, 0.35);
            UnityEngine.Object.Destroy(pillar);
            yield return null;
            yield return null;
            Assert.AreEqual(0, _character.ObstaclesTold);
        }

        [UnityTest]
        public IEnumerator WhatCannotBeUsedIsNamedAndTheCharacterWalksOn()
        {
            foreach (object? frame in Until(() => _character.Showing == SampleState.Playing))
            {
                yield return frame;
            }
            GameObject crate = Made(new GameObject("crate"));
            BoxCollider box = crate.AddComponent<BoxCollider>();
            LampObstacle obstacle = crate.AddComponent<LampObstacle>();
            GameObject button = Made(new GameObject("button"));
            button.SetActive(false);
            LampTarget target = button.AddComponent<LampTarget>();
            target.Character = _character;
            target.Kind = LampTargetKind.Reach;
            target.Joint = "left_tentacle";
            button.SetActive(true);
            crate.transform.localScale = new Vector3(1f, 0f, 1f);
            yield return new WaitForSeconds(0.3f);
            StringAssert.Contains("'crate'", obstacle.Problem);
            StringAssert.Contains("'button'", target.Problem);
            StringAssert.Contains("left_tentacle", target.Problem);
            Assert.AreEqual(0, _character.ObstaclesTold);
            crate.transform.localScale = Vector3.one;
            box.size = new Vector3(float.NaN, 1f, 1f);
            yield return new WaitForSeconds(0.3f);
            StringAssert.Contains("NaN", obstacle.Problem);
            Vector3 before = Hips.position;
            box.size = new Vector3(0.1f, 0.1f, 0.1f);
            target.Joint = "left_wrist";
            yield return new WaitForSeconds(1.5f);
            Assert.AreEqual(string.Empty, obstacle.Problem);
            Assert.AreEqual(string.Empty, target.Problem);
            Assert.AreEqual(1, _character.ObstaclesTold);
            Assert.Greater((Hips.position - before).magnitude, 0.3);
        }

        private Transform Hips => Bone(HumanBodyBones.Hips);

        private Transform Bone(HumanBodyBones bone) => _hero.GetComponent<Animator>()!.GetBoneTransform(bone)!;

        private GameObject Made(GameObject one)
        {
            _scene.Add(one);
            return one;
        }

        private static IEnumerable Until(Func<bool> holds)
        {
            for (double began = Time.timeAsDouble; !holds();)
            {
                Assert.Less(Time.timeAsDouble - began, 15.0, "it takes too long");
                yield return null;
            }
        }
    }
}
