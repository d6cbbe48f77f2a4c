#nullable enable
namespace Lamp
{
    /// <summary>Bones of a humanoid rig that motion drives, parents before children; named as Unity's HumanBodyBones.</summary>
    public enum RigBone
    {
        Hips = 0,
        Spine,
        Chest,
        UpperChest,
        Neck,
        Head,
        LeftShoulder,
        LeftUpperArm,
        LeftLowerArm,
        LeftHand,
        RightShoulder,
        RightUpperArm,
        RightLowerArm,
        RightHand,
        LeftUpperLeg,
        LeftLowerLeg,
        LeftFoot,
        LeftToes,
        RightUpperLeg,
        RightLowerLeg,
        RightFoot,
        RightToes,
    }
}
