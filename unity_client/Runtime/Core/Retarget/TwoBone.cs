#nullable enable
using System;

namespace Lamp
{
    /// <summary>Bends a limb of two bones so that its end is at a place.</summary>
    public static class TwoBone
    {
        private const float Straight = 0.9995f; // of the full length: a knee is never quite stretched

        /// <summary>The turns, in the world, to be put before the rotations of the upper and of the lower bone.</summary>
        /// <param name="hip">Start of the upper bone.</param>
        /// <param name="knee">Where both meet.</param>
        /// <param name="ankle">End of the lower bone.</param>
        /// <param name="goal">Where the end should be; as near as it can be where that is out of reach.</param>
        /// <param name="side">The axis to bend about where the limb is straight.</param>
        /// <param name="upper">To be put before the rotation of the upper bone.</param>
        /// <param name="lower">To be put before the rotation of the lower bone.</param>
        public static void Solve(
            Float3 hip, Float3 knee, Float3 ankle, Float3 goal, Float3 side, out Rotation upper, out Rotation lower)
        {
            Float3 thigh = knee - hip;
            Float3 shin = ankle - knee;
            float a = thigh.Length;
            float b = shin.Length;
            upper = lower = Rotation.Identity;
            if (a < 1e-5f || b < 1e-5f)
            {
                return;
            }
            float least = MathF.Abs(a - b) + 1e-4f;
            float reach = MathF.Min(MathF.Max(Float3.Distance(goal, hip), least), (a + b) * Straight);
            Float3 axis = Float3.Cross(thigh, shin);
            axis = axis.Length > 1e-4f * a * b ? axis.NormalizedOr(side) : side.NormalizedOr(Float3.Up);
            // angle between the directions of the two bones, now and wanted
            float now = MathF.Atan2(Float3.Dot(Float3.Cross(thigh, shin), axis), Float3.Dot(thigh, shin));
            float cosine = (reach * reach - a * a - b * b) / (2f * a * b);
            float wanted = MathF.Acos(MathF.Min(MathF.Max(cosine, -1f), 1f));
            Rotation bend = Rotation.AboutAxis(axis, wanted - now);
            Float3 bent = thigh + bend * shin;
            upper = Rotation.FromTo(bent, goal - hip);
            lower = upper * bend;
        }
    }
}
