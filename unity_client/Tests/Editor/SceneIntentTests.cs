#nullable enable
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class SceneIntentTests
    {
        private readonly SceneIntent _intent = new SceneIntent("walk");
        private readonly SceneBatch _batch = new SceneBatch();

        [SetUp]
        public void Connect() => _intent.Connected(0, resumed: false);

        [Test]
        public void OnlyTheNewestValueOfAnIdIsSent()
        {
            _intent.GeometryReady();
            for (int i = 1; i <= 100; i++)
            {
                _intent.PutObstacle("ball", Ball(i));
            }
            Assert.IsTrue(_intent.TakeNext(_batch));
            Assert.AreEqual(1, _batch.PutObstacles.Count);
            Assert.AreEqual(100.0, _batch.PutObstacles[0].Value.Position.X, 1e-6);
            Assert.AreEqual(100UL, _batch.Revision);
            Assert.IsFalse(_intent.TakeNext(_batch));
        }

        [Test]
        public void NumbersOfMessagesRiseWhateverIsMixed()
        {
            ulong last = 0;
            for (int i = 0; i < 20; i++)
            {
                _intent.PutTarget("a", TargetState.Waypoint(new Float3(i, 0f, 0f)));
                ulong prompt = _intent.SetPrompt("run " + i);
                ulong after = i % 2 == 0 ? _intent.PutObstacle("b", Ball(i)) : prompt;
                while (_intent.TakeNext(_batch))
                {
                    Assert.Greater(_batch.Revision, last);
                    last = _batch.Revision;
                }
                Assert.IsTrue(last >= after);
            }
        }

        [Test]
        public void AThingRemovedBeforeItWasSentIsNotSent()
        {
            _intent.PutObstacle("ball", Ball(1));
            _intent.RemoveObstacle("ball");
            Assert.IsTrue(_intent.TakeNext(_batch));
            Assert.AreEqual(0, _batch.PutObstacles.Count);
            Assert.AreEqual("ball", _batch.RemoveObstacles[0]);
        }

        [Test]
        public void ARefusedMessageIsSentAgainInPartsAndTheBadPartIsDropped()
        {
            _intent.PutObstacle("good", Ball(1));
            _intent.PutObstacle("bad", Ball(2));
            _intent.PutTarget("reach", TargetState.At("head", Float3.Up));
            Assert.IsTrue(_intent.TakeNext(_batch));
            Assert.IsNull(_intent.Refused(_batch.Revision));
            string? dropped = null;
            int good = 0;
            while (_intent.TakeNext(_batch))
            {
                Assert.AreEqual(1, _batch.PutObstacles.Count + _batch.PutTargets.Count);
                bool bad = _batch.PutObstacles.Count == 1 && _batch.PutObstacles[0].Key == "bad";
                good += bad ? 0 : 1;
                dropped = bad ? _intent.Refused(_batch.Revision) : dropped;
            }
            Assert.AreEqual("bad", dropped);
            Assert.AreEqual(2, good);
            _intent.Connected(0, resumed: false);
            _intent.TakeNext(_batch);
            Assert.AreEqual(1, _batch.PutObstacles.Count);
        }

        [Test]
        public void ARefusedRemovalIsSentAgain()
        {
            _intent.PutObstacle("old", Ball(1));
            _intent.TakeNext(_batch);
            _intent.RemoveObstacle("old");
            _intent.PutObstacle("bad", Ball(2));
            _intent.TakeNext(_batch);
            Assert.AreEqual("bad", _intent.Refused(_batch.Revision));
            Assert.IsTrue(_intent.TakeNext(_batch));
            Assert.AreEqual("old", _batch.RemoveObstacles[0]);
        }

        [Test]
        public void AnotherServerIsToldEverything()
        {
            _intent.PutObstacle("ball", Ball(1));
            _intent.SetPath(new PathState(new Float3(0f, 0f, 1f), new Float3(0f, 0f, 9f)));
            _intent.SetFloor(FloorKind.None);
            while (_intent.TakeNext(_batch))
            {
            }
            _intent.Walked(new Float3(0f, 0.9f, 1.1f));
            _intent.Connected(0, resumed: false);
            Assert.IsTrue(_intent.TakeNext(_batch));
            Assert.IsTrue(_batch.Clear);
            Assert.AreEqual(1, _batch.PutObstacles.Count);
            Assert.AreEqual(FloorKind.None, _batch.Floor);
            Assert.AreEqual(1, _batch.PathFrom, "a waypoint that was passed is not told again");
        }

        [Test]
        public void AServerThatGoesOnIsToldNothingTwice()
        {
            ulong revision = _intent.PutObstacle("ball", Ball(1));
            _intent.TakeNext(_batch);
            _intent.Connected(revision, resumed: true);
            Assert.IsFalse(_intent.TakeNext(_batch));
        }

        [Test]
        public void AServerThatMissedSomethingIsToldPromptAndScene()
        {
            _intent.PutObstacle("ball", Ball(1));
            _intent.TakeNext(_batch);
            _intent.PutObstacle("ball", Ball(2));
            _intent.SetPrompt("run");
            _intent.Connected(1, resumed: true);
            bool prompt = false;
            bool ball = false;
            ulong last = 1;
            while (_intent.TakeNext(_batch))
            {
                Assert.Greater(_batch.Revision, last);
                last = _batch.Revision;
                prompt |= _batch.Prompt == "run";
                ball |= _batch.PutObstacles.Count == 1 && _batch.PutObstacles[0].Value.Position.X == 2f;
            }
            Assert.IsTrue(prompt && ball);
        }

        [Test]
        public void GeometryWaitsUntilTheServerHasIt()
        {
            ObstacleState mesh = ObstacleState.Geometry(Float3.Zero, Rotation.Identity, new string('a', 64), 1f);
            _intent.PutObstacle("mesh", mesh);
            _intent.PutObstacle("ball", Ball(1));
            _intent.TakeNext(_batch);
            Assert.AreEqual(1, _batch.PutObstacles.Count);
            Assert.AreEqual("ball", _batch.PutObstacles[0].Key);
            Assert.IsFalse(_intent.TakeNext(_batch));
            _intent.GeometryReady();
            Assert.IsTrue(_intent.TakeNext(_batch));
            Assert.AreEqual("mesh", _batch.PutObstacles[0].Key);
        }

        [Test]
        public void OneTooManyIsNamedAndChangesNothing()
        {
            for (int i = 0; i < 16; i++)
            {
                _intent.PutObstacle("ball" + i, Ball(i));
            }
            var error = Assert.Throws<LampException>(() => _intent.PutObstacle("last", Ball(0)));
            StringAssert.Contains("'last'", error.Message);
            StringAssert.Contains("16", error.Message);
            _intent.PutObstacle("ball3", Ball(7));
        }

        [Test]
        public void TellingMovingThingsAllocatesNothing()
        {
            ObstacleState ball = Ball(2);
            long before = 0;
            for (int i = 0; i < 1200; i++)
            {
                // the first two hundred fill the memory of what was sent
                before = i == 200 ? System.GC.GetAllocatedBytesForCurrentThread() : before;
                ball.Position = new Float3(i, 0f, 0f);
                _intent.PutObstacle("ball", ball);
                _intent.TakeNext(_batch);
            }
            long allocated = System.GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.AreEqual(0L, allocated);
        }

        private static ObstacleState Ball(float x) => ObstacleState.Sphere(new Float3(x, 0f, 0f), 0.5f);
    }
}
