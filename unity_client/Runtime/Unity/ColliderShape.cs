#nullable enable
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>Colliders with a formula as obstacles, at their place in the world.</summary>
    internal static class ColliderShape
    {
        /// <summary>False for colliders that have to be uploaded.</summary>
        public static bool TryRead(Collider collider, out ObstacleState state)
        {
            Transform at = collider.transform;
            Vector3 scale = Absolute(at.lossyScale);
            switch (collider)
            {
                case SphereCollider sphere:
                    float largest = Mathf.Max(scale.x, Mathf.Max(scale.y, scale.z));
                    state = ObstacleState.Sphere(Centre(at, sphere.center), sphere.radius * largest);
                    return true;
                case CapsuleCollider capsule:
                    state = Capsule(at, capsule, scale);
                    return true;
                case BoxCollider box:
                    Float3 half = (Vector3.Scale(box.size, scale) * 0.5f).ToFloat3();
                    state = ObstacleState.Box(Centre(at, box.center), at.rotation.ToRotation(), half);
                    return true;
                default:
                    state = default;
                    return false;
            }
        }

        private static ObstacleState Capsule(Transform at, CapsuleCollider capsule, Vector3 scale)
        {
            float along;
            float across;
            Quaternion turn;
            switch (capsule.direction)
            {
                case 0:
                    along = scale.x;
                    across = Mathf.Max(scale.y, scale.z);
                    turn = Quaternion.Euler(0f, 0f, 90f);
                    break;
                case 2:
                    along = scale.z;
                    across = Mathf.Max(scale.x, scale.y);
                    turn = Quaternion.Euler(90f, 0f, 0f);
                    break;
                default:
                    along = scale.y;
                    across = Mathf.Max(scale.x, scale.z);
                    turn = Quaternion.identity;
                    break;
            }
            float radius = capsule.radius * across;
            // NaN stays NaN, so that the check finds it
            float half = 0.5f * capsule.height * along - radius;
            half = half < 0f ? 0f : half;
            Rotation orientation = (at.rotation * turn).ToRotation();
            return ObstacleState.Capsule(Centre(at, capsule.center), orientation, radius, half);
        }

        private static Float3 Centre(Transform at, Vector3 centre) => at.TransformPoint(centre).ToFloat3();

        private static Vector3 Absolute(Vector3 v) => new Vector3(Mathf.Abs(v.x), Mathf.Abs(v.y), Mathf.Abs(v.z));
    }
}
