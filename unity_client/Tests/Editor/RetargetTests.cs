#nullable enable
using System;
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class RetargetTests
    {
        private readonly SkeletonInfo _skeleton = Bodies.Skeleton();

        [Test]
        public void AtRestEveryBoneIsAtRest()
        {
            RigRest rig = Bodies.Rig(_skeleton);
            var retargeter = new Retargeter(_skeleton, rig, "hero");
            retargeter.Solve(Bodies.RestPose(_skeleton, new Float3(0f, 0.9594f, 0f)), 0f);
            for (int b = 0; b < RigRest.BoneCount; b++)
            {
                Assert.Less(Rotation.AngleRad(rig.RotationOf((RigBone)b), retargeter.Rotations[b]), 2e-3, ((RigBone)b).ToString());
            }
        }

        [Test]
        public void BonesTurnAsTheirJointsDoInTheWorld()
        {
            RigRest rig = Bodies.Rig(_skeleton);
            Pose pose = RandomPose(7);
            var retargeter = new Retargeter(_skeleton, rig, "hero");
            retargeter.Solve(pose, 0f);
            var joints = new Float3[22];
            var turns = new Rotation[22];
            _skeleton.ForwardKinematics(pose, joints, turns);
            foreach (RigBone bone in new[] { RigBone.Hips, RigBone.Head, RigBone.LeftLowerArm, RigBone.RightFoot })
            {
                Rotation expected = turns[_skeleton.IndexOf(BoneMap.JointOf(bone))] * rig.RotationOf(bone);
                Assert.Less(Rotation.AngleRad(expected, retargeter.Rotations[(int)bone]), 3e-3, bone.ToString());
            }
        }

        [Test]
        public void LimbsPointWhereTheMotionsDoOnARigInAnAPose()
        {
            RigRest rig = Bodies.Rig(_skeleton);
            Float3 shoulder = rig.PositionOf(RigBone.LeftUpperArm);
            // an arm that hangs by 40 degrees at rest
            rig.Set(RigBone.LeftLowerArm, shoulder + new Float3(-0.2f, -0.168f, 0f), Rotation.Identity);
            var retargeter = new Retargeter(_skeleton, rig, "hero");
            Pose pose = RandomPose(3);
            retargeter.Solve(pose, 0f);
            Rotation turn = retargeter.Rotations[(int)RigBone.LeftUpperArm] * rig.RotationOf(RigBone.LeftUpperArm).Inverse;
            Float3 points = turn * (rig.PositionOf(RigBone.LeftLowerArm) - shoulder);
            Float3 wanted = retargeter.Joints[_skeleton.IndexOf("left_elbow")] - retargeter.Joints[_skeleton.IndexOf("left_shoulder")];
            Assert.Less(Float3.Distance(points.NormalizedOr(Float3.Up), wanted.NormalizedOr(Float3.Up)), 2e-3);
        }

        [Test]
        public void PlantedFeetStandWhereTheMotionHasThemOnOtherProportions()
        {
            RigRest rig = Bodies.Rig(_skeleton, legs: 0.8f);
            var retargeter = new Retargeter(_skeleton, rig, "hero");
            Pose pose = Crouch();
            pose.Contacts[0] = 1f;
            retargeter.Solve(pose, 1f);
            int ankle = _skeleton.IndexOf("left_ankle");
            Float3 planted = Ankle(rig, retargeter, RigBone.LeftUpperLeg);
            Assert.Less(Float3.Distance(planted, retargeter.Joints[ankle]), 0.01);
            Float3 free = Ankle(rig, retargeter, RigBone.RightUpperLeg);
            Assert.Greater(Float3.Distance(free, retargeter.Joints[_skeleton.IndexOf("right_ankle")]), 0.02);
        }

        [Test]
        public void AShortSpineBendsAsFar()
        {
            RigRest rig = Bodies.Rig(_skeleton, upperChest: false);
            int[] drivers = BoneMap.Drivers(rig, _skeleton);
            Assert.AreEqual(_skeleton.IndexOf("spine3"), drivers[(int)RigBone.Chest]);
            Assert.AreEqual(-1, drivers[(int)RigBone.UpperChest]);
        }

        [Test]
        public void MissingBonesAreNamed()
        {
            RigRest whole = Bodies.Rig(_skeleton);
            var rig = new RigRest();
            for (int b = 0; b < RigRest.BoneCount; b++)
            {
                if ((RigBone)b != RigBone.LeftFoot)
                {
                    rig.Set((RigBone)b, whole.PositionOf((RigBone)b), Rotation.Identity);
                }
            }
            var error = Assert.Throws<LampException>(() => _ = new Retargeter(_skeleton, rig, "hero"));
            StringAssert.Contains("'hero'", error.Message);
            StringAssert.Contains("LeftFoot", error.Message);
        }

        [Test]
        public void ARigLyingDownIsRefused()
        {
            RigRest whole = Bodies.Rig(_skeleton);
            whole.Set(RigBone.Hips, new Float3(0f, 0f, 1f), Rotation.Identity);
            StringAssert.Contains("T-pose", Assert.Throws<LampException>(() => whole.Check("hero")).Message);
        }

        [Test]
        public void ATallerRigHasALargerWorld()
        {
            RigRest rig = Bodies.Rig(_skeleton);
            Assert.AreEqual(1.0, rig.MetresPerUnit(), 1e-6);
            rig.Set(RigBone.Hips, new Float3(0f, 2f * RigRest.StandardHipHeightM, 0f), Rotation.Identity);
            Assert.AreEqual(0.5, rig.MetresPerUnit(), 1e-6);
        }

        [Test]
        public void SolvingAllocatesNothing()
        {
            var retargeter = new Retargeter(_skeleton, Bodies.Rig(_skeleton, legs: 0.9f), "hero");
            Pose pose = Crouch();
            pose.Contacts[0] = pose.Contacts[2] = 1f;
            retargeter.Solve(pose, 1f);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                retargeter.Solve(pose, 1f);
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.AreEqual(0L, allocated);
        }

        [Test]
        public void ALegOutOfReachStretchesWithoutANumberThatIsNone()
        {
            TwoBone.Solve(
                Float3.Zero, new Float3(0f, -1f, 0f), new Float3(0f, -2f, 0f), new Float3(0f, -9f, 3f),
                new Float3(1f, 0f, 0f), out Rotation upper, out Rotation lower);
            Assert.IsTrue(upper.IsFinite && lower.IsFinite);
            Float3 ankle = upper * new Float3(0f, -1f, 0f) + lower * new Float3(0f, -1f, 0f);
            Assert.AreEqual(2.0, ankle.Length, 0.01);
        }

        private Pose RandomPose(int seed)
        {
            var random = new Random(seed);
            Pose pose = Bodies.RestPose(_skeleton, new Float3(1f, 0.95f, -2f));
            for (int j = 0; j < 22; j++)
            {
                var axis = new Float3((float)random.NextDouble() - 0.5f, (float)random.NextDouble() - 0.5f, 0.3f);
                pose.Rotations[j] = Rotation.AboutAxis(axis, 0.8f * (float)random.NextDouble());
            }
            return pose;
        }

        private Pose Crouch()
        {
            Pose pose = Bodies.RestPose(_skeleton, new Float3(0.3f, 0.8f, 0f));
            foreach (string side in new[] { "left", "right" })
            {
                pose.Rotations[_skeleton.IndexOf(side + "_hip")] = Rotation.AboutAxis(new Float3(1f, 0f, 0f), -0.6f);
                pose.Rotations[_skeleton.IndexOf(side + "_knee")] = Rotation.AboutAxis(new Float3(1f, 0f, 0f), 1.1f);
            }
            return pose;
        }

        private static Float3 Ankle(RigRest rig, Retargeter solved, RigBone upper)
        {
            Float3 at = solved.HipsPosition;
            RigBone[] chain = { RigBone.Hips, upper, upper + 1, upper + 2 };
            for (int i = 0; i < 3; i++)
            {
                Rotation turn = solved.Rotations[(int)chain[i]] * rig.RotationOf(chain[i]).Inverse;
                at += turn * (rig.PositionOf(chain[i + 1]) - rig.PositionOf(chain[i]));
            }
            return at;
        }
    }
}
