#nullable enable
using System;

namespace UnityEngine
{
    public struct Vector3 : IEquatable<Vector3>
    {
        public float x;
        public float y;
        public float z;

        public Vector3(float x, float y, float z)
        {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public static Vector3 zero => default;
        public static Vector3 one => new Vector3(1f, 1f, 1f);
        public static Vector3 up => new Vector3(0f, 1f, 0f);
        public static Vector3 forward => new Vector3(0f, 0f, 1f);
        public static Vector3 right => new Vector3(1f, 0f, 0f);
        public float magnitude => MathF.Sqrt(sqrMagnitude);
        public float sqrMagnitude => x * x + y * y + z * z;
        public static Vector3 operator +(Vector3 a, Vector3 b) => new Vector3(a.x + b.x, a.y + b.y, a.z + b.z);
        public static Vector3 operator -(Vector3 a, Vector3 b) => new Vector3(a.x - b.x, a.y - b.y, a.z - b.z);
        public static Vector3 operator *(Vector3 a, float s) => new Vector3(a.x * s, a.y * s, a.z * s);
        public static Vector3 operator /(Vector3 a, float s) => a * (1f / s);
        public static Vector3 Scale(Vector3 a, Vector3 b) => new Vector3(a.x * b.x, a.y * b.y, a.z * b.z);
        public static Vector3 Lerp(Vector3 a, Vector3 b, float t) => a + (b - a) * t;
        public static Vector3 Cross(Vector3 a, Vector3 b) =>
            new Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
        public bool Equals(Vector3 other) => x == other.x && y == other.y && z == other.z;
        public override bool Equals(object? other) => other is Vector3 v && Equals(v);
        public override int GetHashCode() => HashCode.Combine(x, y, z);
    }

    public struct Quaternion
    {
        public float x;
        public float y;
        public float z;
        public float w;

        public Quaternion(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }

        public static Quaternion identity => new Quaternion(0f, 0f, 0f, 1f);

        public static Quaternion Inverse(Quaternion q) => new Quaternion(-q.x, -q.y, -q.z, q.w);

        public static Quaternion AngleAxis(float degrees, Vector3 axis)
        {
            Vector3 v = axis * (MathF.Sin(degrees * MathF.PI / 360f) / axis.magnitude);
            return new Quaternion(v.x, v.y, v.z, MathF.Cos(degrees * MathF.PI / 360f));
        }

        // Unity turns about z, then x, then y
        public static Quaternion Euler(float x, float y, float z) =>
            AngleAxis(y, Vector3.up) * AngleAxis(x, Vector3.right) * AngleAxis(z, Vector3.forward);

        public static Quaternion FromToRotation(Vector3 from, Vector3 to)
        {
            Vector3 axis = Vector3.Cross(from, to);
            float cosine = (from.x * to.x + from.y * to.y + from.z * to.z) / (from.magnitude * to.magnitude);
            if (axis.magnitude < 1e-6f)
            {
                return cosine > 0f ? identity : AngleAxis(180f, Vector3.right);
            }
            return AngleAxis(MathF.Acos(Math.Clamp(cosine, -1f, 1f)) * 180f / MathF.PI, axis);
        }

        // enough for level directions
        public static Quaternion LookRotation(Vector3 forward, Vector3 upwards) =>
            AngleAxis(MathF.Atan2(forward.x, forward.z) * 180f / MathF.PI, Vector3.up);

        public static Quaternion operator *(Quaternion a, Quaternion b) => new Quaternion(
            a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
            a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
            a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
            a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);

        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            var axis = new Vector3(q.x, q.y, q.z);
            Vector3 t = Vector3.Cross(axis, v) * 2f;
            return v + t * q.w + Vector3.Cross(axis, t);
        }
    }

    public struct Bounds
    {
        public Vector3 center;
        public Vector3 extents;

        public Vector3 ClosestPoint(Vector3 point) => new Vector3(
            Math.Clamp(point.x, center.x - extents.x, center.x + extents.x),
            Math.Clamp(point.y, center.y - extents.y, center.y + extents.y),
            Math.Clamp(point.z, center.z - extents.z, center.z + extents.z));
    }

    public static class Mathf
    {
        public static float Max(float a, float b) => a > b ? a : b;

        public static float Abs(float f) => MathF.Abs(f);
    }

    public struct Color
    {
        public float r;
        public float g;
        public float b;
        public float a;

        public Color(float r, float g, float b)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            a = 1f;
        }
    }

    public struct Rect
    {
        public Rect(float x, float y, float width, float height)
        {
        }
    }
}
