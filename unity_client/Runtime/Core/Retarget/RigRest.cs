#nullable enable
using System;
using System.Collections.Generic;

namespace Lamp
{
    /// <summary>
    /// A humanoid rig in its T-pose: standing on y = 0 and facing +z, in Unity's axes; positions in metres of the game.
    /// </summary>
    public sealed class RigRest
    {
        /// <summary>Number of bones of a whole rig.</summary>
        public const int BoneCount = 22;

        /// <summary>Pelvis above the sole of the server's skeleton at rest, metres.</summary>
        public const float StandardHipHeightM = 0.9594f;

        private static readonly RigBone[] Required =
        {
            RigBone.Hips, RigBone.Spine, RigBone.Head,
            RigBone.LeftUpperArm, RigBone.LeftLowerArm, RigBone.LeftHand,
            RigBone.RightUpperArm, RigBone.RightLowerArm, RigBone.RightHand,
            RigBone.LeftUpperLeg, RigBone.LeftLowerLeg, RigBone.LeftFoot,
            RigBone.RightUpperLeg, RigBone.RightLowerLeg, RigBone.RightFoot,
        };

        private readonly bool[] _present = new bool[BoneCount];
        private readonly Rotation[] _rotations = new Rotation[BoneCount];
        private readonly Float3[] _positions = new Float3[BoneCount];

        public bool Has(RigBone bone) => _present[(int)bone];

        public Rotation RotationOf(RigBone bone) => _rotations[(int)bone];

        public Float3 PositionOf(RigBone bone) => _positions[(int)bone];

        /// <summary>Height of the hips above the soles, game units.</summary>
        public float HipHeight => PositionOf(RigBone.Hips).Y;

        /// <summary>Adds a bone: where it is and how it is turned in the T-pose.</summary>
        public void Set(RigBone bone, Float3 position, Rotation rotation)
        {
            _present[(int)bone] = true;
            _positions[(int)bone] = position;
            _rotations[(int)bone] = rotation.Normalized();
        }

        /// <summary>
        /// Metres per unit for <see cref="LampSessionOptions.MetresPerUnit"/>, in steps of 1 %, so that characters of
        /// nearly the same size share geometry on the server.
        /// </summary>
        public float MetresPerUnit() => MathF.Round(100f * StandardHipHeightM / HipHeight) / 100f;

        /// <summary>Whether motion can be put on this rig.</summary>
        /// <exception cref="LampException">It cannot; the message names the character and what is missing.</exception>
        public void Check(string name)
        {
            var missing = new List<string>();
            foreach (RigBone bone in Required)
            {
                if (!Has(bone))
                {
                    missing.Add(bone.ToString());
                }
            }
            if (missing.Count > 0)
            {
                throw InputCheck.Bad(
                    name, "rig", $"it has no {string.Join(", ", missing)}", "map these bones in the Avatar configuration");
            }
            for (int i = 0; i < BoneCount; i++)
            {
                if (_present[i] && (!_positions[i].IsFinite || !_rotations[i].IsFinite))
                {
                    throw InputCheck.Bad(
                        name, "rig", $"bone {(RigBone)i} is at {_positions[i]}", "reset the transforms of the model");
                }
            }
            if (!(HipHeight > 0.05f && HipHeight < 100f))
            {
                throw InputCheck.Bad(
                    name, "rig", $"its hips are {HipHeight:g4} units above its soles",
                    "it must stand in a T-pose, between 0.05 and 100 units; check the scale of the model");
            }
        }
    }
}
