#nullable enable
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class InputCheckTests
    {
        [Test]
        public void AnObstacleAtNoPlaceIsNamed()
        {
            Refused("crate", "NaN", ObstacleState.Sphere(new Float3(float.NaN, 0f, 0f), 1f));
            Refused("crate", "10000", ObstacleState.Sphere(new Float3(1e6f, 0f, 0f), 1f));
        }

        [Test]
        public void AColliderWithoutSizeIsNamed()
        {
            Refused("crate", "scale", ObstacleState.Sphere(Float3.Zero, 0f));
            Refused("crate", "half extent y", ObstacleState.Box(Float3.Zero, Rotation.Identity, new Float3(1f, 0f, 1f)));
            Refused("crate", "radius", ObstacleState.Capsule(Float3.Zero, Rotation.Identity, float.NaN, 1f));
            Refused("crate", "half height", ObstacleState.Cylinder(Float3.Zero, Rotation.Identity, 1f, -1f));
        }

        [Test]
        public void ARotationThatIsNoneIsNamed()
        {
            Refused("crate", "rotation", ObstacleState.Box(Float3.Zero, default, new Float3(1f, 1f, 1f)));
        }

        [Test]
        public void TooFastIsNamed()
        {
            ObstacleState bullet = ObstacleState.Sphere(Float3.Zero, 0.1f);
            bullet.LinearVelocity = new Float3(0f, 0f, 900f);
            Refused("crate", "velocity", bullet);
        }

        [Test]
        public void AnUnknownJointIsNamedWithThoseThereAre()
        {
            var error = Assert.Throws<LampException>(
                () => TargetState.At("left_tentacle", Float3.Up).Check("button", Bodies.Skeleton()));
            StringAssert.Contains("'button'", error.Message);
            StringAssert.Contains("left_tentacle", error.Message);
            StringAssert.Contains("left_wrist", error.Message);
        }

        [Test]
        public void AnObstacleThatIsWellPasses()
        {
            ObstacleState.Box(Float3.Up, Rotation.Identity, new Float3(1f, 2f, 3f)).Check("crate");
            ObstacleState.Capsule(Float3.Up, Rotation.Identity, 0.3f, 0f).Check("crate");
            TargetState.Waypoint(Float3.Zero).Check("door", Bodies.Skeleton());
        }

        [Test]
        public void OptionsThatCannotBeAreNamed()
        {
            var options = new LampSessionOptions { StartPosition = new Float3(0f, float.NaN, 0f) };
            StringAssert.Contains("'hero'", Assert.Throws<LampException>(() => options.Check("hero")).Message);
            options = new LampSessionOptions { Fps = 0f };
            StringAssert.Contains("frame rate", Assert.Throws<LampException>(() => options.Check("hero")).Message);
            options = new LampSessionOptions { Reconnect = new Reconnect { LeadS = double.NaN } };
            StringAssert.Contains("LeadS", Assert.Throws<LampException>(() => options.Check("hero")).Message);
        }

        private static void Refused(string name, string part, ObstacleState state)
        {
            var error = Assert.Throws<LampException>(() => state.Check(name));
            StringAssert.Contains("'" + name + "'", error.Message);
            StringAssert.Contains(part, error.Message);
            Assert.AreEqual(LampStatus.InvalidArgument, error.Status);
        }
    }
}
