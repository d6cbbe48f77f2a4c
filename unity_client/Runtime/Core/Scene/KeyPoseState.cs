#nullable enable
namespace Lamp
{
    /// <summary>A pose to be in at a time; taken over and must not change afterwards.</summary>
    public sealed class KeyPoseState
    {
        public KeyPoseState(Pose pose, double timeS)
        {
            Pose = pose;
            TimeS = timeS;
        }

        public Pose Pose { get; }

        /// <summary>Session time, seconds.</summary>
        public double TimeS { get; }

        /// <summary>How long to stay in it, seconds.</summary>
        public float HoldS { get; set; }

        /// <summary>Names of the joints that count; null: all.</summary>
        public string[]? Joints { get; set; }

        /// <summary>Only the shape of the body counts, not where it is or which way it faces.</summary>
        public bool Anywhere { get; set; }

        /// <summary>Importance against other wishes; 0: 1.</summary>
        public float Weight { get; set; }

        /// <exception cref="LampException">It cannot be used; the message names the object, the value and the remedy.</exception>
        public void Check(string name, SkeletonInfo? skeleton)
        {
            if (!Pose.IsUsable() || !double.IsFinite(TimeS))
            {
                throw InputCheck.Bad(name, "pose", "a number in it is not finite or a rotation has no length 1", "mend the pose");
            }
            InputCheck.Hold(name, HoldS);
            if (Weight != 0f)
            {
                InputCheck.Weight(name, Weight);
            }
            if (skeleton == null)
            {
                return;
            }
            if (Pose.Rotations.Length != skeleton.Count)
            {
                throw InputCheck.Bad(
                    name, "pose", $"it has {Pose.Rotations.Length} joints", $"the skeleton has {skeleton.Count}");
            }
            foreach (string joint in Joints ?? System.Array.Empty<string>())
            {
                if (skeleton.Find(joint) < 0)
                {
                    throw InputCheck.Bad(name, "joint", $"'{joint}' is unknown", $"use one of {string.Join(", ", skeleton.Names)}");
                }
            }
        }
    }
}
