#nullable enable
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>Puts solved poses on the transforms of a humanoid.</summary>
    internal sealed class CharacterPoser
    {
        private readonly Transform?[] _bones;
        private readonly Transform _root;
        private readonly Retargeter _retargeter;

        public CharacterPoser(Transform root, Transform?[] bones, Retargeter retargeter)
        {
            _root = root;
            _bones = bones;
            _retargeter = retargeter;
        }

        public Retargeter Retargeter => _retargeter;

        /// <summary>Poses the character; with <paramref name="moveRoot"/> its transform follows on the ground.</summary>
        public void Apply(Pose pose, float replantFeet, bool moveRoot)
        {
            _retargeter.Solve(pose, replantFeet);
            Vector3 hips = _retargeter.HipsPosition.ToVector3();
            if (moveRoot)
            {
                Quaternion facing = Quaternion.LookRotation(_retargeter.Facing.ToVector3(), Vector3.up);
                _root.SetPositionAndRotation(new Vector3(hips.x, _retargeter.GroundHeight, hips.z), facing);
            }
            // parents before children, so that each world rotation stays as it is set
            for (int b = 0; b < _bones.Length; b++)
            {
                Transform? bone = _bones[b];
                if (bone != null)
                {
                    bone.rotation = _retargeter.Rotations[b].ToQuaternion();
                }
            }
            Transform? pelvis = _bones[(int)RigBone.Hips];
            if (pelvis != null)
            {
                pelvis.position = hips;
            }
        }
    }
}
