#nullable enable
using System;

namespace Lamp
{
    /// <summary>The joints that every pose of a session is on, as the server named them in Welcome.</summary>
    public sealed class SkeletonInfo
    {
        /// <summary>The skeleton this package was made for (SKELETON_HASH of the Python library).</summary>
        public const string KnownHash = "ec3f75dd22ed8f22";

        public readonly string[] Names;

        /// <summary>Index of the parent, always smaller than the own one; -1 for the root.</summary>
        public readonly int[] Parents;

        /// <summary>Position relative to the parent in the rest pose, client units.</summary>
        public readonly Float3[] RestOffsets;

        /// <summary>Joints that <see cref="Pose.Contacts"/> is about, in its order.</summary>
        public readonly int[] ContactJoints;

        public readonly string Hash;

        /// <summary>Takes the arrays over.</summary>
        /// <exception cref="LampException">The joints are no tree, or a contact joint is unknown.</exception>
        public SkeletonInfo(string[] names, int[] parents, Float3[] restOffsets, string[] contactJoints, string hash)
        {
            Names = names;
            Parents = parents;
            RestOffsets = restOffsets;
            Hash = hash;
            for (int j = 0; j < names.Length; j++)
            {
                if (parents[j] >= j || parents[j] < -1 || (parents[j] < 0) != (j == 0) || !restOffsets[j].IsFinite)
                {
                    throw new LampException(
                        LampStatus.Internal,
                        $"the server's skeleton is no tree: joint '{names[j]}' ({j}) has parent {parents[j]}");
                }
            }
            ContactJoints = new int[contactJoints.Length];
            for (int i = 0; i < contactJoints.Length; i++)
            {
                ContactJoints[i] = IndexOf(contactJoints[i]);
            }
        }

        public int Count => Names.Length;

        /// <summary>Index of a joint by name.</summary>
        /// <exception cref="LampException">There is no such joint; the message lists all.</exception>
        public int IndexOf(string joint)
        {
            int index = Find(joint);
            return index >= 0
                ? index
                : throw new LampException(
                    LampStatus.InvalidArgument,
                    $"joint '{joint}' is unknown; use one of {string.Join(", ", Names)}");
        }

        /// <summary>Index of a joint by name, -1 where there is none.</summary>
        public int Find(string joint) => Array.IndexOf(Names, joint);

        /// <summary>
        /// Joints in the world, client units, and their world rotations, from a pose; both spans have
        /// <see cref="Count"/> places.
        /// </summary>
        public void ForwardKinematics(Pose pose, Span<Float3> positions, Span<Rotation> rotations)
        {
            positions[0] = pose.RootPosition;
            rotations[0] = pose.Rotations[0];
            for (int j = 1; j < Names.Length; j++)
            {
                int parent = Parents[j];
                rotations[j] = rotations[parent] * pose.Rotations[j];
                positions[j] = positions[parent] + rotations[parent] * RestOffsets[j];
            }
        }
    }
}
