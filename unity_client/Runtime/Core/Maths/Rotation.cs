#nullable enable
using System;
using System.Globalization;

namespace Lamp
{
    /// <summary>A unit quaternion, stored x, y, z, w as on the wire and in Unity.</summary>
    /// <remarks>The algebra is the same in left- and right-handed axes; only what a positive turn looks like differs.</remarks>
    public readonly struct Rotation : IEquatable<Rotation>
    {
        private const float Near = 1e-4f; // radians: below it a straight line is as good as an arc

        public readonly float X;
        public readonly float Y;
        public readonly float Z;
        public readonly float W;

        public Rotation(float x, float y, float z, float w)
        {
            X = x;
            Y = y;
            Z = z;
            W = w;
        }

        public static Rotation Identity => new Rotation(0f, 0f, 0f, 1f);

        public float LengthSquared => X * X + Y * Y + Z * Z + W * W;

        public bool IsFinite => float.IsFinite(X) && float.IsFinite(Y) && float.IsFinite(Z) && float.IsFinite(W);

        /// <summary>The rotation that undoes this one.</summary>
        public Rotation Inverse => new Rotation(-X, -Y, -Z, W);

        /// <summary><c>a * b</c>: first b, then a.</summary>
        public static Rotation operator *(Rotation a, Rotation b) => new Rotation(
            a.W * b.X + a.X * b.W + a.Y * b.Z - a.Z * b.Y,
            a.W * b.Y - a.X * b.Z + a.Y * b.W + a.Z * b.X,
            a.W * b.Z + a.X * b.Y - a.Y * b.X + a.Z * b.W,
            a.W * b.W - a.X * b.X - a.Y * b.Y - a.Z * b.Z);

        /// <summary>The vector turned.</summary>
        public static Float3 operator *(Rotation q, Float3 v)
        {
            var axis = new Float3(q.X, q.Y, q.Z);
            Float3 t = 2f * Float3.Cross(axis, v);
            return v + q.W * t + Float3.Cross(axis, t);
        }

        public static bool operator ==(Rotation a, Rotation b) => a.Equals(b);

        public static bool operator !=(Rotation a, Rotation b) => !a.Equals(b);

        public static float Dot(Rotation a, Rotation b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z + a.W * b.W;

        /// <summary>Length 1; the identity where there is no direction to keep.</summary>
        public Rotation Normalized()
        {
            float length = MathF.Sqrt(LengthSquared);
            if (!(length > 1e-8f))
            {
                return Identity;
            }
            float s = 1f / length;
            return new Rotation(X * s, Y * s, Z * s, W * s);
        }

        /// <summary>By the shorter way, along a straight line: what frames a thirtieth of a second apart need.</summary>
        public static Rotation Lerp(Rotation a, Rotation b, float share)
        {
            float wb = Dot(a, b) < 0f ? -share : share;
            float wa = 1f - share;
            return new Rotation(
                wa * a.X + wb * b.X, wa * a.Y + wb * b.Y, wa * a.Z + wb * b.Z, wa * a.W + wb * b.W).Normalized();
        }

        /// <summary>By the shorter way, along the arc, at an even speed.</summary>
        public static Rotation Slerp(Rotation a, Rotation b, float share)
        {
            float dot = Dot(a, b);
            float sign = dot < 0f ? -1f : 1f;
            float angle = MathF.Acos(MathF.Min(MathF.Abs(dot), 1f));
            if (angle < Near)
            {
                return Lerp(a, b, share);
            }
            float sine = MathF.Sin(angle);
            float wa = MathF.Sin((1f - share) * angle) / sine;
            float wb = sign * MathF.Sin(share * angle) / sine;
            return new Rotation(
                wa * a.X + wb * b.X, wa * a.Y + wb * b.Y, wa * a.Z + wb * b.Z, wa * a.W + wb * b.W).Normalized();
        }

        /// <summary>The smallest turn that takes the direction of one vector to that of another.</summary>
        public static Rotation FromTo(Float3 from, Float3 to)
        {
            Float3 a = from.NormalizedOr(Float3.Up);
            Float3 b = to.NormalizedOr(Float3.Up);
            float dot = Float3.Dot(a, b);
            if (dot < -0.99999f)
            {
                // half a turn, about any axis across
                Float3 side = MathF.Abs(a.X) < 0.9f ? new Float3(1f, 0f, 0f) : Float3.Up;
                Float3 axis = Float3.Cross(a, side).NormalizedOr(Float3.Up);
                return new Rotation(axis.X, axis.Y, axis.Z, 0f);
            }
            Float3 cross = Float3.Cross(a, b);
            return new Rotation(cross.X, cross.Y, cross.Z, 1f + dot).Normalized();
        }

        /// <summary>A turn of <paramref name="angleRad"/> about an axis.</summary>
        public static Rotation AboutAxis(Float3 axis, float angleRad)
        {
            Float3 unit = axis.NormalizedOr(Float3.Up) * MathF.Sin(0.5f * angleRad);
            return new Rotation(unit.X, unit.Y, unit.Z, MathF.Cos(0.5f * angleRad));
        }

        /// <summary>The turn as axis times angle, radians, by the shorter way.</summary>
        public Float3 ToRotationVector()
        {
            float sign = W < 0f ? -1f : 1f;
            var vector = new Float3(X * sign, Y * sign, Z * sign);
            float sine = vector.Length;
            float angle = 2f * MathF.Atan2(sine, W * sign);
            return sine > 1e-8f ? vector * (angle / sine) : vector * 2f;
        }

        /// <summary>How far apart two rotations are, radians.</summary>
        public static float AngleRad(Rotation a, Rotation b) => (a.Inverse * b).ToRotationVector().Length;

        public bool Equals(Rotation other) => X == other.X && Y == other.Y && Z == other.Z && W == other.W;

        public override bool Equals(object? obj) => obj is Rotation other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(X, Y, Z, W);

        public override string ToString() =>
            string.Format(CultureInfo.InvariantCulture, "({0:g6}, {1:g6}, {2:g6}, {3:g6})", X, Y, Z, W);
    }
}
