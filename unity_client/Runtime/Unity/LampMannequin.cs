#nullable enable
using System.Collections.Generic;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>
    /// A humanoid of capsules with the proportions of the server's skeleton, made at run time: to try a server before there
    /// is a model, and for tests.
    /// </summary>
    public static class LampMannequin
    {
        private const float HipHeight = RigRest.StandardHipHeightM;
        private const float Thickness = 0.09f;

        // bone, the bone it hangs on, place against that in the T-pose; metres, left is -x
        private static readonly (RigBone Bone, RigBone On, float X, float Y, float Z)[] Bones =
        {
            (RigBone.Spine, RigBone.Hips, 0f, 0.1316f, 0f),
            (RigBone.Chest, RigBone.Spine, 0f, 0.142f, 0.0186f),
            (RigBone.UpperChest, RigBone.Chest, 0f, 0.057f, 0.0069f),
            (RigBone.Neck, RigBone.UpperChest, 0f, 0.2193f, 0f),
            (RigBone.Head, RigBone.Neck, 0f, 0.0893f, 0.0513f),
            (RigBone.LeftShoulder, RigBone.UpperChest, -0.0719f, 0.1196f, -0.0151f),
            (RigBone.LeftUpperArm, RigBone.LeftShoulder, -0.12f, 0.0383f, -0.0192f),
            (RigBone.LeftLowerArm, RigBone.LeftUpperArm, -0.26f, 0f, 0f),
            (RigBone.LeftHand, RigBone.LeftLowerArm, -0.268f, 0f, 0f),
            (RigBone.RightShoulder, RigBone.UpperChest, 0.0719f, 0.1196f, -0.0151f),
            (RigBone.RightUpperArm, RigBone.RightShoulder, 0.12f, 0.0383f, -0.0192f),
            (RigBone.RightLowerArm, RigBone.RightUpperArm, 0.26f, 0f, 0f),
            (RigBone.RightHand, RigBone.RightLowerArm, 0.268f, 0f, 0f),
            (RigBone.LeftUpperLeg, RigBone.Hips, -0.0603f, -0.084f, -0.025f),
            (RigBone.LeftLowerLeg, RigBone.LeftUpperLeg, -0.0354f, -0.3903f, -0.004f),
            (RigBone.LeftFoot, RigBone.LeftLowerLeg, 0.0129f, -0.4267f, -0.0431f),
            (RigBone.LeftToes, RigBone.LeftFoot, -0.0263f, -0.0585f, 0.1316f),
            (RigBone.RightUpperLeg, RigBone.Hips, 0.0603f, -0.084f, -0.025f),
            (RigBone.RightLowerLeg, RigBone.RightUpperLeg, 0.0354f, -0.3903f, -0.004f),
            (RigBone.RightFoot, RigBone.RightLowerLeg, -0.0129f, -0.4267f, -0.0431f),
            (RigBone.RightToes, RigBone.RightFoot, 0.0263f, -0.0585f, 0.1316f),
        };

        /// <summary>Makes one at the origin, in its T-pose, with an Animator that has a humanoid Avatar.</summary>
        /// <param name="name">Of the object.</param>
        /// <param name="without">A bone to leave out, and those that hang on it; null: none.</param>
        public static GameObject Create(string name, RigBone? without = null)
        {
            var root = new GameObject(name);
            var made = new Dictionary<RigBone, Transform>();
            made[RigBone.Hips] = Bone(RigBone.Hips, root.transform, new Vector3(0f, HipHeight, 0f));
            foreach ((RigBone bone, RigBone on, float x, float y, float z) in Bones)
            {
                if (bone != without && made.TryGetValue(on, out Transform? parent))
                {
                    made[bone] = Bone(bone, parent, new Vector3(x, y, z));
                }
            }
            // the Avatar before the flesh: it knows bones and nothing else
            root.AddComponent<Animator>().avatar = AvatarBuilder.BuildHumanAvatar(root, Describe(root.transform, made));
            foreach (KeyValuePair<RigBone, Transform> pair in made)
            {
                Transform? parent = pair.Value.parent;
                if (pair.Key != RigBone.Hips && parent != null)
                {
                    Limb(parent, pair.Value.localPosition, Thickness);
                }
            }
            Limb(made[RigBone.Head], new Vector3(0f, 0.12f, 0.01f), 0.18f);
            return root;
        }

        private static Transform Bone(RigBone bone, Transform parent, Vector3 at)
        {
            Transform made = new GameObject(bone.ToString()).transform;
            made.SetParent(parent, false);
            made.localPosition = at;
            return made;
        }

        private static HumanDescription Describe(Transform root, Dictionary<RigBone, Transform> made)
        {
            var skeleton = new List<SkeletonBone> { AtRest(root) };
            var human = new List<HumanBone>();
            foreach (KeyValuePair<RigBone, Transform> pair in made)
            {
                skeleton.Add(AtRest(pair.Value));
                string called = pair.Key.ToString(); // as in HumanBodyBones
                human.Add(new HumanBone
                {
                    boneName = called, humanName = called, limit = new HumanLimit { useDefaultValues = true },
                });
            }
            return new HumanDescription
            {
                human = human.ToArray(), skeleton = skeleton.ToArray(), upperArmTwist = 0.5f, lowerArmTwist = 0.5f,
                upperLegTwist = 0.5f, lowerLegTwist = 0.5f, armStretch = 0.05f, legStretch = 0.05f,
            };
        }

        private static SkeletonBone AtRest(Transform bone) => new SkeletonBone
        {
            name = bone.name, position = bone.localPosition, rotation = bone.localRotation, scale = bone.localScale,
        };

        /// <summary>A capsule from a bone to a place in its frame.</summary>
        private static void Limb(Transform from, Vector3 to, float thickness)
        {
            GameObject limb = GameObject.CreatePrimitive(PrimitiveType.Capsule);
            Object.DestroyImmediate(limb.GetComponent<Collider>());
            limb.name = from.name + " limb";
            limb.transform.SetParent(from, false);
            limb.transform.localPosition = to * 0.5f;
            limb.transform.localRotation = Quaternion.FromToRotation(Vector3.up, to);
            // a capsule of Unity is two units high
            limb.transform.localScale = new Vector3(thickness, to.magnitude * 0.5f + thickness * 0.25f, thickness);
        }
    }
}
