#nullable enable
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

    public struct HumanDescription
    {
        public SkeletonBone[] skeleton;
    }

    public sealed class Avatar : Object
    {
        public bool isValid { get; set; } = true;
        public HumanDescription humanDescription { get; set; }
    }

    public sealed class Animator : Behaviour
    {
        public Dictionary<HumanBodyBones, Transform> StubBones { get; } = new Dictionary<HumanBodyBones, Transform>();

        public Avatar? avatar { get; set; }

        public bool isHuman { get; set; }

        public Transform? GetBoneTransform(HumanBodyBones bone) =>
            StubBones.TryGetValue(bone, out Transform? found) ? found : null;
    }
}
