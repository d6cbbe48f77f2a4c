#nullable enable
using System.Collections;
using Lamp.Unity;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Lamp.Tests
{
    /// <summary>PlayMode: what a scene with mistakes does, and that nothing stays open. Needs no server.</summary>
    public sealed class LifetimeTests
    {
        [TearDown]
        public void End()
        {
            LampConnection.Shutdown();
            LogAssert.ignoreFailingMessages = false;
        }

        [UnityTest]
        public IEnumerator ACharacterWithoutARigSaysSoAndStaysStill()
        {
            LogAssert.ignoreFailingMessages = true;
            var hero = new GameObject("hero");
            hero.AddComponent<Animator>();
            LampCharacter character = hero.AddComponent<LampCharacter>();
            character.Server = LampServer.At("127.0.0.1:1");
            character.Restart();
            yield return null;
            StringAssert.Contains("'hero'", character.Problem);
            Assert.IsNull(character.Session);
            Object.Destroy(hero);
        }

        [UnityTest]
        public IEnumerator AnObstacleMovedToNoPlaceSaysSoAndRecovers()
        {
            LogAssert.ignoreFailingMessages = true;
            var crate = new GameObject("crate");
            crate.AddComponent<BoxCollider>();
            LampObstacle obstacle = crate.AddComponent<LampObstacle>();
            crate.transform.localScale = Vector3.zero;
            yield return null;
            Assert.IsFalse(obstacle.TryRead(0.0, out _));
            StringAssert.Contains("'crate'", obstacle.Problem);
            crate.transform.localScale = Vector3.one;
            Assert.IsTrue(obstacle.TryRead(0.1, out _));
            Assert.AreEqual(string.Empty, obstacle.Problem);
            Object.Destroy(crate);
        }

        [UnityTest]
        public IEnumerator NothingStaysOpenAfterShutdown()
        {
            LampHttp.HandlerFactory = _ => () => new System.Net.Http.HttpClientHandler();
            LampServer server = LampServer.At("127.0.0.1:1");
            LampConnection.Open(server, server.NewOptions(), "hero");
            yield return null;
            Assert.AreEqual(1, LampConnection.SessionCount);
            LampConnection.Shutdown();
            LampConnection.Shutdown();
            Assert.AreEqual(0, LampConnection.SessionCount);
            Assert.AreEqual(0, LampConnection.ConnectionCount);
            LampHttp.HandlerFactory = null;
        }
    }
}
