#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Puts poses on a humanoid rig: every bone takes the world rotation of its joint against both T-poses, limbs point
    /// the way the motion's do, and planted feet are put back where the motion has them. Allocates nothing per frame.
    /// </summary>
    /// <remarks>
    /// The session's unit makes both hips equally high (<see cref="RigRest.MetresPerUnit"/>), so positions need no scale:
    /// where the motion steps on a stair, the character does.
    /// </remarks>
    public sealed class Retargeter
    {
        private readonly SkeletonInfo _skeleton;
        private readonly RigRest _rest;
        private readonly int[] _drivers;
        private readonly Rotation[] _restToBone = new Rotation[RigRest.BoneCount]; // alignment, then the bone's own rest
        private readonly Rotation[] _align = new Rotation[RigRest.BoneCount];
        private readonly Float3[] _joints;
        private readonly Rotation[] _turns;
        private readonly FootPlant _left;
        private readonly FootPlant _right;

        /// <exception cref="LampException">The rig cannot be driven; the message names the character and the bone.</exception>
        public Retargeter(SkeletonInfo skeleton, RigRest rest, string name)
        {
            rest.Check(name);
            _skeleton = skeleton;
            _rest = rest;
            _drivers = BoneMap.Drivers(rest, skeleton);
            _joints = new Float3[skeleton.Count];
            _turns = new Rotation[skeleton.Count];
            Align(RestJoints(skeleton));
            _left = new FootPlant(skeleton, rest, RigBone.LeftUpperLeg, "left_ankle", "left_foot");
            _right = new FootPlant(skeleton, rest, RigBone.RightUpperLeg, "right_ankle", "right_foot");
        }

        /// <summary>World rotation of every bone after <see cref="Solve"/>; of bones the rig lacks, the identity.</summary>
        public Rotation[] Rotations { get; } = new Rotation[RigRest.BoneCount];

        /// <summary>The hips in the world after <see cref="Solve"/>.</summary>
        public Float3 HipsPosition { get; private set; }

        /// <summary>Joints of the motion in the world after <see cref="Solve"/>, client units.</summary>
        public ReadOnlySpan<Float3> Joints => _joints;

        /// <summary>Height of the lower sole of the motion after <see cref="Solve"/>.</summary>
        public float GroundHeight { get; private set; }

        /// <summary>Where the pelvis faces, horizontally, after <see cref="Solve"/>.</summary>
        public Float3 Facing { get; private set; } = Float3.Forward;

        public bool Has(RigBone bone) => _rest.Has(bone);

        /// <summary>Bones from a pose.</summary>
        /// <param name="pose">On the skeleton of the session.</param>
        /// <param name="replantFeet">How much planted feet are put back where the motion has them, 0 to 1.</param>
        public void Solve(Pose pose, float replantFeet)
        {
            _skeleton.ForwardKinematics(pose, _joints, _turns);
            for (int b = 0; b < Rotations.Length; b++)
            {
                int driver = _drivers[b];
                Rotations[b] = driver < 0 ? Rotation.Identity : (_turns[driver] * _restToBone[b]).Normalized();
            }
            HipsPosition = pose.RootPosition;
            if (replantFeet > 0f)
            {
                _left.Apply(this, pose, _joints, replantFeet);
                _right.Apply(this, pose, _joints, replantFeet);
            }
            GroundHeight = MathF.Min(_left.SoleHeight(_joints), _right.SoleHeight(_joints));
            Float3 facing = _turns[0] * Float3.Forward;
            Facing = new Float3(facing.X, 0f, facing.Z).NormalizedOr(Facing);
        }

        /// <summary>How a bone is turned against its rest in the T-pose of the rig.</summary>
        internal Rotation FromRest(RigBone bone) => Rotations[(int)bone] * _rest.RotationOf(bone).Inverse;

        internal void Turn(RigBone bone, Rotation turn) =>
            Rotations[(int)bone] = (turn * Rotations[(int)bone]).Normalized();

        private static Float3[] RestJoints(SkeletonInfo skeleton)
        {
            var rest = new Pose(skeleton.Count, 0);
            Array.Fill(rest.Rotations, Rotation.Identity);
            var joints = new Float3[skeleton.Count];
            skeleton.ForwardKinematics(rest, joints, new Rotation[skeleton.Count]);
            return joints;
        }

        private void Align(Float3[] restJoints)
        {
            for (int b = 0; b < _align.Length; b++)
            {
                var bone = (RigBone)b;
                _align[b] = Rotation.Identity;
                RigBone? end = BoneMap.PointsTo(bone);
                if (_drivers[b] >= 0 && end.HasValue && _rest.Has(end.Value))
                {
                    int joint = _skeleton.IndexOf(BoneMap.JointOf(bone));
                    int next = _skeleton.IndexOf(BoneMap.JointOf(end.Value));
                    Float3 own = _rest.PositionOf(end.Value) - _rest.PositionOf(bone);
                    _align[b] = Rotation.FromTo(own, restJoints[next] - restJoints[joint]);
                }
                _restToBone[b] = _align[b] * _rest.RotationOf(bone);
            }
        }
    }
}
