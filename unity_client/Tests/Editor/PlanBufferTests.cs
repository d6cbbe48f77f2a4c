#nullable enable
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class PlanBufferTests
    {
        private const float Fps = StraightWalk.Fps;
        private readonly PlanBuffer _buffer = new PlanBuffer(Fps, 4f, 2, 1);
        private readonly Pose _pose = new Pose(2, 1);

        [Test]
        public void NothingReceivedShowsNothing()
        {
            Assert.AreEqual(SampleState.Empty, _buffer.Sample(0.0, _pose));
            Assert.AreEqual(-1L, _buffer.LastFrameIndex);
        }

        [Test]
        public void ABufferThatWouldGrowWithoutBoundIsRefused()
        {
            StringAssert.Contains("4096", Assert.Throws<LampException>(() => _ = new PlanBuffer(1e9f, 4f, 2, 1)).Message);
            Assert.Throws<LampException>(() => _ = new PlanBuffer(float.NaN, 4f, 2, 1));
            Assert.Throws<LampException>(() => _ = new PlanBuffer(30f, float.PositiveInfinity, 2, 1));
            Assert.Throws<LampException>(() => _ = new PlanBuffer(0f, 4f, 2, 1));
            Assert.Less(new PlanBuffer(240f, 10f, 2, 1).Capacity, PlanBuffer.MostFrames + 1);
        }

        [Test]
        public void AMessageOfMoreFramesThanAnyBufferHoldsIsCutShort()
        {
            var from = new Lamp.Protocol.Frames();
            for (int i = 0; i < PlanBuffer.MostFrames + 10; i++)
            {
                Lamp.Protocol.Frame frame = from.FramesList.Add();
                frame.Index = i;
                foreach (float part in new[] { 0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f })
                {
                    frame.LocalRotations.Add(part);
                }
            }
            var into = new FrameBatch(2, 1);
            Assert.AreEqual(10, WireRead.Frames(from.FramesList, into));
            Assert.AreEqual(PlanBuffer.MostFrames, into.Count);
            Assert.Throws<LampException>(() => into.Add());
        }

        [Test]
        public void BetweenTwoFramesPlaceAndTurnLieBetween()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 10, 0f, 0.1f));
            Assert.AreEqual(SampleState.Playing, _buffer.Sample(3.25 / Fps, _pose));
            Assert.AreEqual(0.325, _pose.RootPosition.X, 1e-5);
            Assert.AreEqual(0.325, Rotation.AngleRad(Rotation.Identity, _pose.Rotations[0]), 1e-4);
            Assert.AreEqual(3L, _pose.Index);
        }

        [Test]
        public void PastTheLastFrameTheLastGoodPoseIsHeldAndCountedOnce()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 10, 0f, 0.1f));
            for (int i = 0; i < 5; i++)
            {
                Assert.AreEqual(SampleState.Held, _buffer.Sample(1.0 + i, _pose));
                Assert.AreEqual(0.9, _pose.RootPosition.X, 1e-5);
            }
            Assert.AreEqual(1, _buffer.Stalls);
            Assert.AreEqual(5L, _buffer.HeldSamples);
        }

        [Test]
        public void APlanReplacesEverythingFromItsStart()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 60, 0f, 0.1f));
            _buffer.BeginPlan(2, 30, Frames(2, 30, 10, 100f, 0f));
            _buffer.Sample(29.0 / Fps, _pose);
            Assert.AreEqual(2.9, _pose.RootPosition.X, 1e-4);
            _buffer.Sample(30.0 / Fps, _pose);
            Assert.AreEqual(100.0, _pose.RootPosition.X, 1e-4);
            Assert.AreEqual(39L, _buffer.LastFrameIndex);
        }

        [Test]
        public void AnOlderPlanAndItsFramesChangeNothing()
        {
            _buffer.BeginPlan(5, 0, Frames(5, 0, 60, 0f, 0.1f));
            Assert.IsFalse(_buffer.BeginPlan(4, 0, Frames(4, 0, 60, 100f, 0f)));
            _buffer.Add(Frames(4, 10, 5, 100f, 0f));
            _buffer.Sample(12.0 / Fps, _pose);
            Assert.AreEqual(1.2, _pose.RootPosition.X, 1e-4);
            Assert.AreEqual(5UL, _pose.PlanId);
        }

        [Test]
        public void APlanThatComesLateFadesInInsteadOfJumping()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 90, 0f, 0f));
            _buffer.Sample(1.0, _pose);
            _buffer.BeginPlan(2, 20, Frames(2, 20, 70, 1f, 0f));
            _buffer.Sample(1.0, _pose);
            Assert.AreEqual(0.0, _pose.RootPosition.X, 1e-3);
            _buffer.Sample(1.2, _pose);
            Assert.Greater(_pose.RootPosition.X, 0.01);
            Assert.Less(_pose.RootPosition.X, 0.5);
            _buffer.Sample(2.8, _pose);
            Assert.AreEqual(1.0, _pose.RootPosition.X, 1e-3);
        }

        [Test]
        public void ANewStreamMayNumberPlansFromOneAgain()
        {
            _buffer.BeginPlan(50, 0, Frames(50, 0, 60, 0f, 0f));
            _buffer.Sample(0.5, _pose);
            _buffer.Rejoin(resumed: false);
            Assert.IsTrue(_buffer.BeginPlan(1, 30, Frames(1, 30, 60, 5f, 0f)));
            _buffer.Sample(89.0 / Fps, _pose);
            Assert.AreEqual(5.0, _pose.RootPosition.X, 1e-3);
        }

        [Test]
        public void ItNeverGrowsWhateverTheServerSends()
        {
            int capacity = _buffer.Capacity;
            for (int i = 0; i < 50; i++)
            {
                _buffer.Add(Frames(1, i * 100, 100, 0f, 0f));
            }
            _buffer.Add(Frames(1, 1_000_000_000_000, 3, 0f, 0f));
            Assert.AreEqual(capacity, _buffer.Capacity);
            Assert.IsTrue(_buffer.Count <= capacity);
            Assert.AreEqual(1_000_000_000_002L, _buffer.LastFrameIndex);
        }

        [Test]
        public void FramesTooOldForTheBufferAreLeftOut()
        {
            _buffer.Add(Frames(1, 5000, 10, 0f, 0f));
            _buffer.Add(Frames(1, 0, 10, 9f, 0f));
            Assert.AreEqual(10, _buffer.Count);
        }

        [Test]
        public void AGapShowsTheNextFrame()
        {
            _buffer.Add(Frames(1, 0, 5, 0f, 0f));
            _buffer.Add(Frames(1, 20, 5, 7f, 0f));
            Assert.AreEqual(SampleState.Playing, _buffer.Sample(10.0 / Fps, _pose));
            Assert.AreEqual(20L, _pose.Index);
        }

        [Test]
        public void ATimeThatIsNoNumberShowsWhatWasShown()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 30, 0f, 0.1f));
            _buffer.Sample(10.0 / Fps, _pose);
            Assert.AreEqual(SampleState.Playing, _buffer.Sample(double.NaN, _pose));
            Assert.AreEqual(1.0, _pose.RootPosition.X, 1e-4);
        }

        [Test]
        public void LastMotionEndsAtAWholeTenthOfASecond()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 60, 0f, 0.1f));
            var motion = new FrameBatch(2, 1);
            Assert.IsTrue(_buffer.LastMotion(1.25, 1.0, motion, out double timeS));
            Assert.AreEqual(1.2, timeS, 1e-9);
            Assert.AreEqual(30, motion.Count);
            Assert.AreEqual(36L, motion[motion.Count - 1].Index);
        }

        [Test]
        public void LastMotionBeyondWhatIsHeldStands()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 10, 0f, 0.1f));
            var motion = new FrameBatch(2, 1);
            Assert.IsTrue(_buffer.LastMotion(5.0, 1.0, motion, out double timeS));
            Assert.AreEqual(5.0, timeS, 1e-9);
            for (int i = 0; i < motion.Count; i++)
            {
                Assert.AreEqual(0.9, motion[i].RootPosition.X, 1e-5);
            }
        }

        [Test]
        public void SamplingAllocatesNothing()
        {
            _buffer.BeginPlan(1, 0, Frames(1, 0, 100, 0f, 0.01f));
            _buffer.Sample(0.1, _pose);
            long before = System.GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                _buffer.Sample(0.003 * i, _pose);
            }
            long allocated = System.GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.AreEqual(0L, allocated);
        }

        private static FrameBatch Frames(ulong plan, long start, int count, float x, float step) =>
            StraightWalk.Frames(plan, start, count, x, step, step);
    }
}
