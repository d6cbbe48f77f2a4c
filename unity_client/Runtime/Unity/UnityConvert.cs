#nullable enable
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>Between the engine-free core and UnityEngine; both use the same axes, so this only renames.</summary>
    public static class UnityConvert
    {
        public static Float3 ToFloat3(this Vector3 v) => new Float3(v.x, v.y, v.z);

        public static Vector3 ToVector3(this Float3 v) => new Vector3(v.X, v.Y, v.Z);

        public static Rotation ToRotation(this Quaternion q) => new Rotation(q.x, q.y, q.z, q.w);

        public static Quaternion ToQuaternion(this Rotation q) => new Quaternion(q.X, q.Y, q.Z, q.W);
    }
}
