#nullable enable
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class ObstacleTrackerTests
    {
        private readonly ObstacleTracker _tracker = new ObstacleTracker();

        [Test]
        public void WhatFliesStraightIsToldOnce()
        {
            ObstacleState ball = ObstacleState.Sphere(Float3.Zero, 0.2f);
            ball.LinearVelocity = new Float3(3f, 0f, 0f);
            ball.AngularVelocity = new Float3(0f, 2f, 0f);
            int told = 0;
            for (int i = 0; i < 120; i++)
            {
                double now = i / 60.0;
                ball.Position = new Float3(3f * (float)now, 0f, 0f);
                ball.Orientation = Rotation.AboutAxis(Float3.Up, 2f * (float)now);
                told += _tracker.IsNews(ball, now) ? 1 : 0;
            }
            Assert.AreEqual(1, told);
        }

        [Test]
        public void WhatTurnsAsideIsToldAgain()
        {
            ObstacleState ball = ObstacleState.Sphere(Float3.Zero, 0.2f);
            ball.LinearVelocity = new Float3(3f, 0f, 0f);
            Assert.IsTrue(_tracker.IsNews(ball, 0.0));
            ball.Position = new Float3(1.5f, 0f, 0.1f);
            Assert.IsTrue(_tracker.IsNews(ball, 0.5));
            ball.LinearVelocity = Float3.Zero;
            Assert.IsFalse(_tracker.IsNews(ball, 0.55), "not more than ten a second");
            Assert.IsTrue(_tracker.IsNews(ball, 0.65));
        }

        [Test]
        public void AnotherSizeIsToldAtOnce()
        {
            Assert.IsTrue(_tracker.IsNews(ObstacleState.Sphere(Float3.Zero, 0.2f), 0.0));
            Assert.IsTrue(_tracker.IsNews(ObstacleState.Sphere(Float3.Zero, 0.3f), 0.01));
        }

        [Test]
        public void TheNearestAreChosenAndStay()
        {
            var nearest = new NearestChoice();
            float[] distances = { 1f, 2f, 3f, 4f };
            var chosen = new bool[4];
            nearest.Choose(distances, chosen, 4, 2);
            Assert.IsTrue(chosen[0] && chosen[1] && !chosen[2] && !chosen[3]);
            distances[2] = 1.9f;
            nearest.Choose(distances, chosen, 4, 2);
            Assert.IsTrue(chosen[1], "a little nearer is no reason to change");
            distances[2] = 1.1f;
            nearest.Choose(distances, chosen, 4, 2);
            Assert.IsTrue(chosen[0] && chosen[2] && !chosen[1]);
        }
    }
}
