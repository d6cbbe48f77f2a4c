#nullable enable
using System;
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class PoseBridgeTests
    {
        private const float Fps = StraightWalk.Fps;
        private const double TickS = 1.0 / 60.0;

        [Test]
        public void PlaceAndVelocityBeginAsThoseShownAndEndAtRest()
        {
            const double TinyS = 1e-3;
            var velocities = new[]
            {
                Float3.Zero, new Float3(0.3f, 0f, 0.1f), new Float3(-1.6f, 0.2f, 0f), new Float3(0f, 0f, 3.9f),
            };
            foreach (float away in new[] { 0f, 0.05f, 0.6f, 2.4f })
            {
                foreach (Float3 faster in velocities)
                {
                    PoseBridge bridge = Begun(away, faster);
                    Assert.Less(Float3.Distance(bridge.Offset(3.0), new Float3(away, 0f, 0f)), 1e-5);
                    Assert.Less(Float3.Distance(bridge.Velocity(3.0), faster), 1e-5);
                    for (int i = 1; i <= 510; i++)
                    {
                        double timeS = 3.0 + i * 0.01;
                        Float3 moved = bridge.Offset(timeS + TinyS) - bridge.Offset(timeS - TinyS);
                        Assert.Less(Float3.Distance(moved * (float)(0.5 / TinyS), bridge.Velocity(timeS)), 0.02);
                        Assert.Less(bridge.Offset(timeS).Length, away + 0.501);
                    }
                    var pose = new Pose(2, 1);
                    bridge.Apply(pose, 8.01);
                    Assert.IsFalse(bridge.Active);
                    Assert.AreEqual(Float3.Zero, pose.RootPosition);
                    Assert.AreEqual(Float3.Zero, bridge.Velocity(8.01));
                }
            }
        }

        [Test]
        public void NoVelocityHoweverMadCarriesItAway()
        {
            var mad = new[]
            {
                new Float3(1e6f, 0f, 0f), new Float3(0f, -3e38f, 3e38f), new Float3(float.PositiveInfinity, 0f, 0f),
                new Float3(0f, float.NaN, 0f),
            };
            foreach (Float3 faster in mad)
            {
                PoseBridge bridge = Begun(0.1f, faster);
                for (int i = 0; i <= 400; i++)
                {
                    Assert.IsTrue(bridge.Offset(3.0 + i * 0.01).Length <= 0.601f);
                }
            }
        }

        [Test]
        public void WhatNobodyCouldSeeIsNotBridged()
        {
            Pose here = At(0f), there = At(0.0005f);
            Assert.IsFalse(PoseBridge.Needed(here, there));
            Assert.IsTrue(PoseBridge.Needed(here, At(0.002f)));
            there.Rotations[1] = Rotation.AboutAxis(Float3.Up, 0.01f);
            Assert.IsTrue(PoseBridge.Needed(here, there));
        }

        [Test]
        public void APlanThatRunsAndComesLateToAWalkerChangesNoVelocityAtOnce()
        {
            var buffer = new PlanBuffer(Fps, 8f, 2, 1);
            buffer.BeginPlan(1, 0, Frames(1, 0, 120, 0f, 0.04f));
            double most = MostChange(buffer, 0, 470, i =>
            {
                if (i == 60)
                {
                    buffer.BeginPlan(2, 20, Frames(2, 20, 200, 0.8f, 0.107f));
                }
                else if (i == 90)
                {
                    buffer.BeginPlan(3, 40, Frames(3, 40, 200, 4f, 0.03f)); // while the first one fades
                }
            });
            Assert.Less(most, 0.3, "units per second; it was 2");
            var pose = new Pose(2, 1);
            buffer.Sample(6.0, pose);
            Assert.AreEqual(4f + 0.03f * 140f, pose.RootPosition.X, 1e-3);
        }

        [Test]
        public void ACharacterThatWasHeldStartsSoftly()
        {
            var buffer = new PlanBuffer(Fps, 8f, 2, 1);
            buffer.BeginPlan(1, 0, Frames(1, 0, 31, 0f, 0.06f));
            buffer.Sample(1.5 - TickS, new Pose(2, 1));
            double most = MostChange(buffer, 88, 360, i =>
            {
                if (i == 91)
                {
                    buffer.Add(Frames(1, 31, 200, 1.86f, 0.06f));
                }
            });
            Assert.Less(most, 0.25);
        }

        [Test]
        public void APlanThatChangesNothingOnTheScreenChangesNoBit()
        {
            var buffers = new[] { new PlanBuffer(Fps, 8f, 2, 1), new PlanBuffer(Fps, 8f, 2, 1) };
            Pose pose = new Pose(2, 1), other = new Pose(2, 1);
            foreach (PlanBuffer buffer in buffers)
            {
                buffer.BeginPlan(1, 0, Frames(1, 0, 120, 0f, 0.02f));
                buffer.Sample(1.0, pose);
                buffer.BeginPlan(2, 20, Frames(2, 20, 100, 0.6f, 0.03f));
                buffer.Sample(1.1, pose);
            }
            buffers[0].BeginPlan(3, 20, Frames(3, 20, 100, 0.6f, 0.03f));
            for (int i = 67; i < 220; i++)
            {
                buffers[0].Sample(i * TickS, pose);
                buffers[1].Sample(i * TickS, other);
                Assert.AreEqual(other.RootPosition, pose.RootPosition);
                Assert.AreEqual(other.Rotations[0], pose.Rotations[0]);
            }
        }

        [Test]
        public void APlanThatComesLateAllocatesNothing()
        {
            var buffer = new PlanBuffer(Fps, 8f, 2, 1);
            FrameBatch walks = Frames(1, 0, 120, 0f, 0.04f), runs = Frames(2, 20, 100, 0.9f, 0.1f);
            FrameBatch walksAgain = Frames(3, 20, 100, 0.9f, 0.04f);
            var pose = new Pose(2, 1);
            buffer.BeginPlan(1, 0, walks);
            buffer.Sample(1.0, pose);
            buffer.BeginPlan(2, 20, runs);
            buffer.Sample(1.1, pose);
            Assert.Less(pose.RootPosition.X, 1.9, "it fades");
            long before = GC.GetAllocatedBytesForCurrentThread();
            buffer.BeginPlan(3, 20, walksAgain);
            buffer.Sample(1.2, pose);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.AreEqual(0L, allocated);
        }

        // how much the velocity changes from one picture to the next at most
        private static double MostChange(PlanBuffer buffer, int from, int to, Action<int> before)
        {
            var pose = new Pose(2, 1);
            double most = 0.0;
            float place = 0f, speed = 0f;
            for (int i = from; i < to; i++)
            {
                before(i);
                buffer.Sample(i * TickS, pose);
                float now = (pose.RootPosition.X - place) / (float)TickS;
                most = i > from + 1 ? Math.Max(most, Math.Abs(now - speed)) : 0.0;
                speed = now;
                place = pose.RootPosition.X;
            }
            return most;
        }

        private static PoseBridge Begun(float away, Float3 faster)
        {
            var bridge = new PoseBridge(2);
            bridge.Begin(At(away), At(0f), 3.0, faster);
            return bridge;
        }

        private static Pose At(float x)
        {
            var pose = new Pose(2, 1) { RootPosition = new Float3(x, 0f, 0f) };
            pose.Rotations[0] = pose.Rotations[1] = Rotation.Identity;
            return pose;
        }

        private static FrameBatch Frames(ulong plan, long start, int count, float x, float step) =>
            StraightWalk.Frames(plan, start, count, x, step);
    }
}
