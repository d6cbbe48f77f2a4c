#nullable enable
using System;
using System.Collections.Generic;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>Reads a humanoid rig: its bones, and how they stand in the T-pose of its Avatar.</summary>
    public static class RigReader
    {
        private static readonly HumanBodyBones[] Bones =
        {
            HumanBodyBones.Hips, HumanBodyBones.Spine, HumanBodyBones.Chest, HumanBodyBones.UpperChest,
            HumanBodyBones.Neck, HumanBodyBones.Head,
            HumanBodyBones.LeftShoulder, HumanBodyBones.LeftUpperArm, HumanBodyBones.LeftLowerArm,
            HumanBodyBones.LeftHand,
            HumanBodyBones.RightShoulder, HumanBodyBones.RightUpperArm, HumanBodyBones.RightLowerArm,
            HumanBodyBones.RightHand,
            HumanBodyBones.LeftUpperLeg, HumanBodyBones.LeftLowerLeg, HumanBodyBones.LeftFoot, HumanBodyBones.LeftToes,
            HumanBodyBones.RightUpperLeg, HumanBodyBones.RightLowerLeg, HumanBodyBones.RightFoot,
            HumanBodyBones.RightToes,
        };

        /// <summary>The rig's rest, and its bones by <see cref="RigBone"/>; null for bones it lacks.</summary>
        /// <exception cref="LampException">The rig is not humanoid or lacks bones; the message names the object.</exception>
        public static RigRest Read(Animator animator, string name, Transform?[] bones)
        {
            if (animator == null || animator.avatar == null || !animator.avatar.isValid || !animator.isHuman)
            {
                throw InputCheck.Bad(
                    name, "rig", "it has no humanoid Avatar",
                    "set Animation Type to Humanoid in the model's Rig settings and give the Animator its Avatar");
            }
            Dictionary<string, SkeletonBone> pose = TPose(animator.avatar);
            var rest = new RigRest();
            float lowest = float.PositiveInfinity;
            for (int b = 0; b < Bones.Length; b++)
            {
                Transform? bone = animator.GetBoneTransform(Bones[b]);
                bones[b] = bone;
                if (bone == null)
                {
                    continue;
                }
                InRoot(animator.transform, bone, pose, out Vector3 position, out Quaternion rotation);
                lowest = Math.Min(lowest, position.y);
                rest.Set((RigBone)b, position.ToFloat3(), rotation.ToRotation());
            }
            return Standing(rest, lowest);
        }

        /// <summary>The same rig with its soles at y = 0.</summary>
        private static RigRest Standing(RigRest rest, float lowest)
        {
            float hips = rest.Has(RigBone.Hips) ? rest.PositionOf(RigBone.Hips).Y : 0f;
            // models stand on their origin; where one does not, its soles lie a little below its lowest bone
            bool onOrigin = lowest > -0.02f && lowest < 0.15f * Math.Max(hips, 0.01f);
            float ground = onOrigin || float.IsInfinity(lowest) ? 0f : lowest - 0.03f * Math.Max(hips - lowest, 0f);
            var standing = new RigRest();
            for (int b = 0; b < RigRest.BoneCount; b++)
            {
                var bone = (RigBone)b;
                if (rest.Has(bone))
                {
                    Float3 lowered = rest.PositionOf(bone) - new Float3(0f, ground, 0f);
                    standing.Set(bone, lowered, rest.RotationOf(bone));
                }
            }
            return standing;
        }

        private static Dictionary<string, SkeletonBone> TPose(Avatar avatar)
        {
            var pose = new Dictionary<string, SkeletonBone>();
            SkeletonBone[]? skeleton = avatar.humanDescription.skeleton;
            if (skeleton == null)
            {
                return pose; // as it stands now, then
            }
            foreach (SkeletonBone bone in skeleton)
            {
                pose[bone.name] = bone;
            }
            return pose;
        }

        /// <summary>Place and turn of a bone in the T-pose, seen from the character, in game units.</summary>
        private static void InRoot(
            Transform root, Transform bone, Dictionary<string, SkeletonBone> pose, out Vector3 position,
            out Quaternion rotation)
        {
            position = Vector3.zero;
            rotation = Quaternion.identity;
            for (Transform? at = bone; at != null && at != root; at = at.parent)
            {
                bool known = pose.TryGetValue(at.name, out SkeletonBone rest);
                Vector3 offset = known ? rest.position : at.localPosition;
                Quaternion turn = known ? rest.rotation : at.localRotation;
                Vector3 scale = known ? rest.scale : at.localScale;
                position = offset + turn * Vector3.Scale(scale, position);
                rotation = turn * rotation;
            }
            position = Vector3.Scale(root.lossyScale, position);
        }
    }
}
