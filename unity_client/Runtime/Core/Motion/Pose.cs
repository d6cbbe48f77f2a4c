#nullable enable
using System;

namespace Lamp
{
    /// <summary>One instant of a character. Made once and filled again and again.</summary>
    public sealed class Pose
    {
        /// <summary>Number of the frame; of the earlier one where it lies between two. -1: not filled yet.</summary>
        public long Index = -1;

        /// <summary>Session time, seconds.</summary>
        public double TimeS;

        public ulong PlanId;

        /// <summary>The pelvis in the world, client units.</summary>
        public Float3 RootPosition;

        /// <summary>Per joint its rotation in its parent's frame against the rest pose; the root's in the world.</summary>
        public readonly Rotation[] Rotations;

        /// <summary>0 to 1 per contact joint: how surely it touches the ground.</summary>
        public readonly float[] Contacts;

        public Pose(int joints, int contacts)
        {
            Rotations = new Rotation[joints];
            Contacts = new float[contacts];
        }

        public void CopyFrom(Pose other)
        {
            Index = other.Index;
            TimeS = other.TimeS;
            PlanId = other.PlanId;
            RootPosition = other.RootPosition;
            Array.Copy(other.Rotations, Rotations, Rotations.Length);
            Array.Copy(other.Contacts, Contacts, Contacts.Length);
        }

        /// <summary>The pose <paramref name="share"/> of the way from a to b, both one frame apart.</summary>
        public void SetBetween(Pose a, Pose b, float share, double timeS)
        {
            Index = a.Index;
            TimeS = timeS;
            PlanId = a.PlanId;
            RootPosition = Float3.Lerp(a.RootPosition, b.RootPosition, share);
            for (int j = 0; j < Rotations.Length; j++)
            {
                Rotations[j] = Rotation.Lerp(a.Rotations[j], b.Rotations[j], share);
            }
            for (int c = 0; c < Contacts.Length; c++)
            {
                Contacts[c] = a.Contacts[c] * (1f - share) + b.Contacts[c] * share;
            }
        }

        /// <summary>Whether every number is one that a character can be posed with.</summary>
        public bool IsUsable()
        {
            if (!RootPosition.IsFinite || !double.IsFinite(TimeS))
            {
                return false;
            }
            foreach (Rotation q in Rotations)
            {
                // not (a > b) also catches NaN
                if (!q.IsFinite || !(MathF.Abs(q.LengthSquared - 1f) < 0.04f))
                {
                    return false;
                }
            }
            return true;
        }
    }
}
