#nullable enable
using System;
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class MathsTests
    {
        private const double Near = 1e-5;
        private static readonly Rotation Turn = Rotation.AboutAxis(new Float3(1f, 2f, -3f), 1.1f);

        [Test]
        public void UnityAxesMirrorX()
        {
            Same(new Float3(-1f, 2f, 3f), AxisConvention.Unity.PositionFromModel(new Float3(1f, 2f, 3f)));
            var q = new Rotation(0.1f, 0.2f, 0.3f, 0.9f).Normalized();
            Rotation mapped = AxisConvention.Unity.RotationFromModel(q);
            Same(new Float3(q.X, -q.Y, -q.Z), new Float3(mapped.X, mapped.Y, mapped.Z));
            Assert.IsFalse(AxisConvention.Unity.RightHanded);
        }

        [Test]
        public void UnrealAndBlenderAxesFollowTheTable()
        {
            var v = new Float3(1f, 2f, 3f);
            Same(new Float3(300f, -100f, 200f), AxisConvention.Unreal.PositionFromModel(v));
            Same(new Float3(1f, -3f, 2f), AxisConvention.Blender.PositionFromModel(v));
            Same(new Float3(300f, 100f, 200f), AxisConvention.Unreal.ExtentsFromModel(v));
        }

        [Test]
        public void EveryConventionComesBack()
        {
            foreach (string name in new[] { "MODEL", "GLTF", "UNITY", "UNREAL", "BLENDER" })
            {
                AxisConvention axes = AxisConvention.Named(name);
                var v = new Float3(0.3f, -1.7f, 2.2f);
                Same(v, axes.PositionToModel(axes.PositionFromModel(v)), name);
                Same(v, axes.AngularVelocityToModel(axes.AngularVelocityFromModel(v)), name);
                Same(Turn, axes.RotationToModel(axes.RotationFromModel(Turn)), name);
            }
        }

        [Test]
        public void TurningAndMappingCommute()
        {
            var v = new Float3(0.3f, -1.7f, 2.2f);
            foreach (string name in new[] { "UNITY", "UNREAL", "BLENDER" })
            {
                AxisConvention axes = AxisConvention.Named(name);
                Float3 a = axes.PositionFromModel(Turn * v);
                Float3 b = axes.RotationFromModel(Turn) * axes.PositionFromModel(v);
                Assert.Less(Float3.Distance(a, b), 1e-4 / axes.MetresPerUnit, name);
            }
        }

        [Test]
        public void AxesThatAreNotIndependentAreRefused()
        {
            var error = Assert.Throws<ArgumentException>(() => _ = new AxisConvention(Axis.Left, Axis.Right, Axis.Up, 1f));
            StringAssert.Contains("Left, Right, Up", error.Message);
            Assert.Throws<ArgumentException>(() => _ = new AxisConvention(Axis.Left, Axis.Up, Axis.Forward, float.NaN));
            Assert.Throws<ArgumentException>(() => AxisConvention.Named("MAYA"));
        }

        [Test]
        public void RotationsTurnVectorsAsTheirProductDoes()
        {
            Rotation other = Rotation.AboutAxis(new Float3(-2f, 0.5f, 1f), 2.3f);
            var v = new Float3(0.2f, 1f, -0.4f);
            Same(Turn * (other * v), (Turn * other) * v);
            Same(v, Turn.Inverse * (Turn * v));
        }

        [Test]
        public void SlerpKeepsAnEvenSpeedAndTheShorterWay()
        {
            Rotation to = Rotation.AboutAxis(Float3.Up, 2f);
            Assert.AreEqual(0.5, Rotation.AngleRad(Rotation.Identity, Rotation.Slerp(Rotation.Identity, to, 0.25f)), 1e-4);
            var negative = new Rotation(-to.X, -to.Y, -to.Z, -to.W);
            Same(Rotation.Slerp(Rotation.Identity, to, 0.7f), Rotation.Slerp(Rotation.Identity, negative, 0.7f));
        }

        [Test]
        public void FromToTakesOneDirectionToAnotherEvenOpposite()
        {
            var a = new Float3(0.3f, -2f, 1f);
            foreach (Float3 b in new[] { new Float3(5f, 1f, 0f), -a, a })
            {
                Float3 turned = Rotation.FromTo(a, b) * a.NormalizedOr(Float3.Up);
                Assert.Less(Float3.Distance(turned, b.NormalizedOr(Float3.Up)), 1e-3);
            }
        }

        [Test]
        public void NothingToNormalizeGivesTheIdentity()
        {
            Same(Rotation.Identity, default(Rotation).Normalized());
            Same(Rotation.Identity, new Rotation(float.NaN, 0f, 0f, 0f).Normalized());
        }

        private static void Same(Float3 expected, Float3 actual, string message = "") =>
            Assert.Less(Float3.Distance(expected, actual), 1e-4 * (1.0 + expected.Length), $"{expected} {actual} {message}");

        private static void Same(Rotation expected, Rotation actual, string message = "") =>
            Assert.AreEqual(1.0, Math.Abs(Rotation.Dot(expected, actual)), Near, message);
    }
}
