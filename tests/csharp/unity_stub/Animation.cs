#nullable enable
using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public enum HumanBodyBones
    {
        Hips = 0,
        LeftUpperLeg = 1,
        RightUpperLeg = 2,
        LeftLowerLeg = 3,
        RightLowerLeg = 4,
        LeftFoot = 5,
        RightFoot = 6,
        Spine = 7,
        Chest = 8,
        Neck = 9,
        Head = 10,
        LeftShoulder = 11,
        RightShoulder = 12,
        LeftUpperArm = 13,
        RightUpperArm = 14,
        LeftLowerArm = 15,
        RightLowerArm = 16,
        LeftHand = 17,
        RightHand = 18,
        LeftToes = 19,
        RightToes = 20,
        UpperChest = 54,
    }

    public struct SkeletonBone
    {
        public string name;
        public Vector3 position;
        public Quaternion rotation;
        public Vector3 scale;
    }

    public struct HumanLimit
    {
        public bool useDefaultValues;
    }

    public struct HumanBone
    {
        public HumanLimit limit;
        public string boneName;
        public string humanName;
    }

    public struct HumanDescription
    {
        public HumanBone[] human;
        public SkeletonBone[] skeleton;
        public float upperArmTwist;
        public float lowerArmTwist;
        public float upperLegTwist;
        public float lowerLegTwist;
        public float armStretch;
        public float legStretch;
        public float feetSpacing;
        public bool hasTranslationDoF;
    }

    public sealed class Avatar : Object
    {
        public bool isValid { get; internal set; }

        public bool isHuman { get; internal set; }

        public HumanDescription humanDescription { get; internal set; }
    }

    public static class AvatarBuilder
    {
        private static readonly string[] Needed =
        {
            "Hips", "Spine", "Head", "LeftUpperArm", "LeftLowerArm", "LeftHand", "RightUpperArm", "RightLowerArm",
            "RightHand", "LeftUpperLeg", "LeftLowerLeg", "LeftFoot", "RightUpperLeg", "RightLowerLeg", "RightFoot",
        };

        /// <summary>Valid when every bone a human needs is mapped to a transform that is there and in the skeleton.</summary>
        public static Avatar BuildHumanAvatar(GameObject go, HumanDescription humanDescription)
        {
            var mapped = new HashSet<string>();
            bool whole = true;
            foreach (HumanBone bone in humanDescription.human)
            {
                mapped.Add(bone.humanName);
                whole &= Enum.TryParse(bone.humanName, out HumanBodyBones _);
                whole &= Animator.Below(go.transform, bone.boneName) != null;
                whole &= Array.Exists(humanDescription.skeleton, at => at.name == bone.boneName);
            }
            whole &= Array.TrueForAll(Needed, mapped.Contains);
            whole &= Array.Exists(humanDescription.skeleton, at => at.name == go.name);
            return new Avatar { isValid = whole, isHuman = whole, humanDescription = humanDescription };
        }
    }

    public sealed class Animator : Behaviour
    {
        public Avatar? avatar { get; set; }

        public bool isHuman => avatar is object && avatar.isHuman;

        public Transform? GetBoneTransform(HumanBodyBones bone)
        {
            foreach (HumanBone one in isHuman ? avatar!.humanDescription.human : Array.Empty<HumanBone>())
            {
                if (one.humanName == bone.ToString())
                {
                    return Below(transform, one.boneName);
                }
            }
            return null;
        }

        internal static Transform? Below(Transform at, string name)
        {
            if (at.gameObject.name == name)
            {
                return at;
            }
            for (int i = 0; i < at.childCount; i++)
            {
                Transform? found = Below(at.GetChild(i), name);
                if (found is object)
                {
                    return found;
                }
            }
            return null;
        }
    }
}
