#nullable enable
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class ClockSyncTests
    {
        private readonly ClockSync _clock = new ClockSync();

        [Test]
        public void RunsWithTheGame()
        {
            _clock.Start(100.0, 2.0);
            Assert.AreEqual(2.25, _clock.Advance(100.25, 10.0), 1e-9);
            Assert.AreEqual(3.25, _clock.SessionTime(101.25), 1e-9);
        }

        [Test]
        public void WaitsWhereFramesHaveRunOutAndGoesOnFromThere()
        {
            _clock.Start(0.0, 0.0);
            _clock.Advance(0.4, 0.3);
            Assert.AreEqual(0.3, _clock.NowS, 1e-9);
            Assert.IsTrue(_clock.Waiting);
            _clock.Advance(0.5, 0.3);
            Assert.AreEqual(0.2, _clock.WaitedS, 1e-9);
            Assert.AreEqual(0.4, _clock.Advance(0.6, 5.0), 1e-9);
            Assert.IsFalse(_clock.Waiting);
            Assert.AreEqual(1, _clock.Stalls);
        }

        [Test]
        public void NeverGoesBackAndStandsWhilePaused()
        {
            _clock.Start(10.0, 1.0);
            _clock.Advance(10.2, 9.0);
            Assert.AreEqual(1.2, _clock.Advance(10.2, 9.0), 1e-9);
            Assert.AreEqual(1.2, _clock.Advance(5.0, 9.0), 1e-9);
            Assert.AreEqual(1.2, _clock.Advance(double.NaN, 9.0), 1e-9);
            Assert.AreEqual(1.2, _clock.Advance(5.0, 0.5), 1e-9);
        }

        [Test]
        public void AHitchIsAPause()
        {
            _clock.Start(0.0, 0.0);
            Assert.AreEqual(0.5, _clock.Advance(60.0, 100.0), 1e-9);
        }
    }
}
