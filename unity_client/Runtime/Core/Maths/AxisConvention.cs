#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Axes and unit of length of a world, and the way between it and model space (right-handed, metres, x left, y up,
    /// z forward).
    /// </summary>
    /// <remarks>
    /// A live session needs none of this: Hello names Unity's axes and the server speaks them. It is for tools, and for
    /// clients of other engines. Positions map by the signed permutation M, rotations and angular velocities by det(M) M.
    /// </remarks>
    public sealed class AxisConvention
    {
        public static readonly AxisConvention Model = new AxisConvention(Axis.Left, Axis.Up, Axis.Forward, 1f);
        public static readonly AxisConvention Unity = new AxisConvention(Axis.Right, Axis.Up, Axis.Forward, 1f);
        public static readonly AxisConvention Unreal = new AxisConvention(Axis.Forward, Axis.Right, Axis.Up, 0.01f);
        public static readonly AxisConvention Blender = new AxisConvention(Axis.Left, Axis.Back, Axis.Up, 1f);

        private readonly Float3 _x;
        private readonly Float3 _y;
        private readonly Float3 _z;
        private readonly float _metresPerUnit;
        private readonly float _handedness;

        /// <summary>Axes by where they point.</summary>
        /// <exception cref="ArgumentException">The axes are not independent, or the unit is not usable.</exception>
        public AxisConvention(Axis x, Axis y, Axis z, float metresPerUnit)
        {
            _x = Direction(x);
            _y = Direction(y);
            _z = Direction(z);
            _handedness = Float3.Dot(Float3.Cross(_x, _y), _z);
            if (MathF.Abs(_handedness) < 0.5f)
            {
                throw new ArgumentException(
                    $"axes {x}, {y}, {z} are not independent; use each of left/right, up/down, forward/back once");
            }
            if (!(metresPerUnit >= 1e-4f && metresPerUnit <= 1e3f))
            {
                throw new ArgumentException(
                    $"{metresPerUnit} metres per unit is outside 0.0001 to 1000; 0.01 is 1 cm");
            }
            _metresPerUnit = metresPerUnit;
        }

        /// <summary>A convention by its name on the wire, such as "UNITY".</summary>
        public static AxisConvention Named(string name)
        {
            switch (name)
            {
                case "MODEL":
                case "GLTF":
                    return Model;
                case "UNITY":
                    return Unity;
                case "UNREAL":
                    return Unreal;
                case "BLENDER":
                    return Blender;
                default:
                    throw new ArgumentException(
                        $"convention '{name}' is unknown; use MODEL, GLTF, UNITY, UNREAL or BLENDER");
            }
        }

        public bool RightHanded => _handedness > 0f;

        public float MetresPerUnit => _metresPerUnit;

        /// <summary>Positions and linear velocities of model space, metres, in this world.</summary>
        public Float3 PositionFromModel(Float3 v) => Rows(v) * (1f / _metresPerUnit);

        /// <summary>Positions and linear velocities of this world in model space, metres.</summary>
        public Float3 PositionToModel(Float3 v) => Columns(v) * _metresPerUnit;

        /// <summary>Angular velocities, rad/s.</summary>
        public Float3 AngularVelocityFromModel(Float3 v) => Rows(v) * _handedness;

        /// <summary>Angular velocities, rad/s.</summary>
        public Float3 AngularVelocityToModel(Float3 v) => Columns(v) * _handedness;

        public Rotation RotationFromModel(Rotation q)
        {
            Float3 v = AngularVelocityFromModel(new Float3(q.X, q.Y, q.Z));
            return new Rotation(v.X, v.Y, v.Z, q.W);
        }

        public Rotation RotationToModel(Rotation q)
        {
            Float3 v = AngularVelocityToModel(new Float3(q.X, q.Y, q.Z));
            return new Rotation(v.X, v.Y, v.Z, q.W);
        }

        /// <summary>Sizes along a shape's own axes: they follow the axes and have no sign.</summary>
        public Float3 ExtentsFromModel(Float3 v)
        {
            Float3 e = PositionFromModel(v);
            return new Float3(MathF.Abs(e.X), MathF.Abs(e.Y), MathF.Abs(e.Z));
        }

        private Float3 Rows(Float3 v) => new Float3(Float3.Dot(_x, v), Float3.Dot(_y, v), Float3.Dot(_z, v));

        private Float3 Columns(Float3 v) => _x * v.X + _y * v.Y + _z * v.Z;

        private static Float3 Direction(Axis axis)
        {
            switch (axis)
            {
                case Axis.Left: return new Float3(1f, 0f, 0f);
                case Axis.Right: return new Float3(-1f, 0f, 0f);
                case Axis.Up: return new Float3(0f, 1f, 0f);
                case Axis.Down: return new Float3(0f, -1f, 0f);
                case Axis.Forward: return new Float3(0f, 0f, 1f);
                case Axis.Back: return new Float3(0f, 0f, -1f);
                default: throw new ArgumentException($"axis {(int)axis} is unknown; use 1 to 6");
            }
        }
    }
}
