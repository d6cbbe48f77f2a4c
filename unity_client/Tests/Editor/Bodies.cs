#nullable enable
using System;

namespace Lamp.Tests
{
    /// <summary>A small skeleton and rigs that fit it, in Unity's axes.</summary>
    internal static class Bodies
    {
        public static readonly string[] Names =
        {
            "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
            "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
            "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
        };

        private static readonly int[] Parents =
            { -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19 };

        /// <summary>The server's skeleton, rounded; in Unity's axes left is -x.</summary>
        public static SkeletonInfo Skeleton(float size = 1f, string hash = SkeletonInfo.KnownHash)
        {
            var offsets = new Float3[22];
            offsets[1] = new Float3(-0.06f, -0.084f, -0.025f);
            offsets[2] = new Float3(0.06f, -0.084f, -0.025f);
            offsets[3] = new Float3(0f, 0.13f, 0f);
            offsets[4] = offsets[5] = new Float3(0f, -0.39f, -0.004f);
            offsets[6] = new Float3(0f, 0.142f, 0.018f);
            offsets[7] = offsets[8] = new Float3(0f, -0.427f, -0.043f);
            offsets[9] = new Float3(0f, 0.057f, 0.007f);
            offsets[10] = offsets[11] = new Float3(0f, -0.0584f, 0.13f);
            offsets[12] = new Float3(0f, 0.219f, 0f);
            offsets[13] = new Float3(-0.07f, 0.12f, -0.015f);
            offsets[14] = new Float3(0.07f, 0.12f, -0.015f);
            offsets[15] = new Float3(0f, 0.09f, 0.05f);
            offsets[16] = new Float3(-0.124f, 0.04f, -0.02f);
            offsets[17] = new Float3(0.124f, 0.04f, -0.02f);
            offsets[18] = new Float3(-0.257f, 0f, 0f);
            offsets[19] = new Float3(0.257f, 0f, 0f);
            offsets[20] = new Float3(-0.266f, 0f, 0f);
            offsets[21] = new Float3(0.266f, 0f, 0f);
            for (int j = 0; j < offsets.Length; j++)
            {
                offsets[j] *= size;
            }
            string[] contacts = { "left_ankle", "left_foot", "right_ankle", "right_foot" };
            return new SkeletonInfo((string[])Names.Clone(), (int[])Parents.Clone(), offsets, contacts, hash);
        }

        public static Pose RestPose(SkeletonInfo skeleton, Float3 root)
        {
            var pose = new Pose(skeleton.Count, skeleton.ContactJoints.Length) { Index = 0, RootPosition = root };
            Array.Fill(pose.Rotations, Rotation.Identity);
            return pose;
        }

        /// <summary>A rig whose bones stand where the skeleton's joints do, its own axes turned any way.</summary>
        public static RigRest Rig(SkeletonInfo skeleton, float legs = 1f, bool upperChest = true)
        {
            Pose pose = RestPose(skeleton, new Float3(0f, RigRest.StandardHipHeightM, 0f));
            var joints = new Float3[skeleton.Count];
            skeleton.ForwardKinematics(pose, joints, new Rotation[skeleton.Count]);
            var rig = new RigRest();
            for (int b = 0; b < RigRest.BoneCount; b++)
            {
                var bone = (RigBone)b;
                if (bone == RigBone.UpperChest && !upperChest)
                {
                    continue;
                }
                Float3 at = joints[skeleton.IndexOf(BoneMap.JointOf(bone))];
                bool knee = bone == RigBone.LeftLowerLeg || bone == RigBone.RightLowerLeg;
                // other proportions: the knee sits higher or lower on a leg of the same length
                at += knee ? new Float3(0f, (1f - legs) * 0.39f, 0f) : Float3.Zero;
                rig.Set(bone, at, Rotation.AboutAxis(new Float3(b + 1f, 2f, -b), 0.3f * b));
            }
            return rig;
        }
    }
}
