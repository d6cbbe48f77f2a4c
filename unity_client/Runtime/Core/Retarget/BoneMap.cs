#nullable enable
using System;

namespace Lamp
{
    /// <summary>Which joint of the server's skeleton turns which bone of a rig.</summary>
    public static class BoneMap
    {
        private static readonly string[] Joints =
        {
            "pelvis", "spine1", "spine2", "spine3", "neck", "head",
            "left_collar", "left_shoulder", "left_elbow", "left_wrist",
            "right_collar", "right_shoulder", "right_elbow", "right_wrist",
            "left_hip", "left_knee", "left_ankle", "left_foot",
            "right_hip", "right_knee", "right_ankle", "right_foot",
        };

        /// <summary>Name of the joint that stands where the bone does.</summary>
        public static string JointOf(RigBone bone) => Joints[(int)bone];

        /// <summary>
        /// Index of the joint whose rotation each bone takes, -1 where the rig has no such bone. The last bone of a short
        /// spine takes the rotation of the whole spine.
        /// </summary>
        /// <exception cref="LampException">The skeleton lacks a joint.</exception>
        public static int[] Drivers(RigRest rest, SkeletonInfo skeleton)
        {
            var drivers = new int[RigRest.BoneCount];
            for (int b = 0; b < drivers.Length; b++)
            {
                drivers[b] = rest.Has((RigBone)b) ? skeleton.IndexOf(Joints[b]) : -1;
            }
            int last = rest.Has(RigBone.UpperChest) ? (int)RigBone.UpperChest
                : rest.Has(RigBone.Chest) ? (int)RigBone.Chest : (int)RigBone.Spine;
            drivers[last] = skeleton.IndexOf("spine3");
            return drivers;
        }

        /// <summary>The bone a limb bone points to; null for bones that are not aligned by direction.</summary>
        public static RigBone? PointsTo(RigBone bone)
        {
            switch (bone)
            {
                case RigBone.LeftUpperArm:
                case RigBone.LeftLowerArm:
                case RigBone.RightUpperArm:
                case RigBone.RightLowerArm:
                case RigBone.LeftUpperLeg:
                case RigBone.LeftLowerLeg:
                case RigBone.RightUpperLeg:
                case RigBone.RightLowerLeg:
                    return bone + 1;
                default:
                    return null;
            }
        }
    }
}
