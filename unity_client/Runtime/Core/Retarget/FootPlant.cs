#nullable enable
using System;

namespace Lamp
{
    /// <summary>One leg: puts a planted foot back where the motion has it, whatever the proportions of the rig.</summary>
    internal sealed class FootPlant
    {
        private readonly RigRest _rest;
        private readonly RigBone _upper;
        private readonly RigBone _lower;
        private readonly RigBone _foot;
        private readonly int _ankle;
        private readonly int _toe;
        private readonly int _ankleContact;
        private readonly int _toeContact;
        private readonly float _motionsAnkle; // above its toe joint, which lies on the ground
        private readonly float _ankleHigher; // the rig's above the motion's, standing

        public FootPlant(SkeletonInfo skeleton, RigRest rest, RigBone upper, string ankle, string toe)
        {
            _rest = rest;
            _upper = upper;
            _lower = upper + 1;
            _foot = upper + 2;
            _ankle = skeleton.IndexOf(ankle);
            _toe = skeleton.IndexOf(toe);
            _ankleContact = Array.IndexOf(skeleton.ContactJoints, _ankle);
            _toeContact = Array.IndexOf(skeleton.ContactJoints, _toe);
            _motionsAnkle = -skeleton.RestOffsets[_toe].Y;
            _ankleHigher = rest.PositionOf(_foot).Y - _motionsAnkle;
        }

        public float SoleHeight(ReadOnlySpan<Float3> joints) =>
            MathF.Min(joints[_toe].Y, joints[_ankle].Y - _motionsAnkle);

        public void Apply(Retargeter rig, Pose pose, ReadOnlySpan<Float3> joints, float strength)
        {
            float contact = MathF.Max(ContactOf(pose, _ankleContact), ContactOf(pose, _toeContact));
            float share = strength * contact * contact * (3f - 2f * contact);
            if (!(share > 1e-3f))
            {
                return;
            }
            Rotation footTurn = rig.FromRest(_foot);
            Float3 hip = rig.HipsPosition + rig.FromRest(RigBone.Hips) * Offset(RigBone.Hips, _upper);
            Float3 knee = hip + rig.FromRest(_upper) * Offset(_upper, _lower);
            Float3 ankle = knee + rig.FromRest(_lower) * Offset(_lower, _foot);
            Float3 planted = joints[_ankle] + footTurn * new Float3(0f, _ankleHigher, 0f);
            Float3 goal = Float3.Lerp(ankle, planted, MathF.Min(share, 1f));
            Float3 side = rig.FromRest(RigBone.Hips) * new Float3(1f, 0f, 0f);
            TwoBone.Solve(hip, knee, ankle, goal, side, out Rotation upper, out Rotation lower);
            rig.Turn(_upper, upper);
            rig.Turn(_lower, lower);
        }

        private Float3 Offset(RigBone from, RigBone to) => _rest.PositionOf(to) - _rest.PositionOf(from);

        private static float ContactOf(Pose pose, int index) =>
            index < 0 || index >= pose.Contacts.Length ? 0f : pose.Contacts[index];
    }
}
