#nullable enable
using System;
using System.Globalization;

namespace Lamp
{
    /// <summary>A point, offset or velocity; its axes and unit are those of the session.</summary>
    public readonly struct Float3 : IEquatable<Float3>
    {
        public readonly float X;
        public readonly float Y;
        public readonly float Z;

        public Float3(float x, float y, float z)
        {
            X = x;
            Y = y;
            Z = z;
        }

        public static Float3 Zero => default;

        public static Float3 Up => new Float3(0f, 1f, 0f);

        public static Float3 Forward => new Float3(0f, 0f, 1f);

        public float LengthSquared => X * X + Y * Y + Z * Z;

        public float Length => MathF.Sqrt(LengthSquared);

        public bool IsFinite => float.IsFinite(X) && float.IsFinite(Y) && float.IsFinite(Z);

        public static Float3 operator +(Float3 a, Float3 b) => new Float3(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        public static Float3 operator -(Float3 a, Float3 b) => new Float3(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

        public static Float3 operator -(Float3 a) => new Float3(-a.X, -a.Y, -a.Z);

        public static Float3 operator *(Float3 a, float s) => new Float3(a.X * s, a.Y * s, a.Z * s);

        public static Float3 operator *(float s, Float3 a) => a * s;

        public static bool operator ==(Float3 a, Float3 b) => a.Equals(b);

        public static bool operator !=(Float3 a, Float3 b) => !a.Equals(b);

        public static float Dot(Float3 a, Float3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

        public static Float3 Cross(Float3 a, Float3 b) =>
            new Float3(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

        public static float Distance(Float3 a, Float3 b) => (a - b).Length;

        public static Float3 Lerp(Float3 a, Float3 b, float share) => a * (1f - share) + b * share;

        /// <summary>The direction of this vector; <paramref name="otherwise"/> when it has none.</summary>
        public Float3 NormalizedOr(Float3 otherwise)
        {
            float length = Length;
            return length > 1e-8f ? this * (1f / length) : otherwise;
        }

        public bool Equals(Float3 other) => X == other.X && Y == other.Y && Z == other.Z;

        public override bool Equals(object? obj) => obj is Float3 other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(X, Y, Z);

        public override string ToString() =>
            string.Format(CultureInfo.InvariantCulture, "({0:g6}, {1:g6}, {2:g6})", X, Y, Z);
    }
}
