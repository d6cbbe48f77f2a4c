#nullable enable

namespace Lamp.Tests
{
    /// <summary>Frames of a body of two bones that goes along x, evenly.</summary>
    internal static class StraightWalk
    {
        public const float Fps = 30f;

        /// <summary>It begins at <paramref name="x"/> and goes <paramref name="step"/> metres a frame, its root turned by
        /// <paramref name="turn"/> radians for each.</summary>
        public static FrameBatch Frames(ulong plan, long start, int count, float x, float step, float turn = 0f)
        {
            var frames = new FrameBatch(2, 1);
            for (int i = 0; i < count; i++)
            {
                Pose pose = frames.Add();
                pose.Index = start + i;
                pose.TimeS = pose.Index / Fps;
                pose.PlanId = plan;
                pose.RootPosition = new Float3(x + i * step, 1f, 0f);
                pose.Rotations[0] = Rotation.AboutAxis(Float3.Up, i * turn);
                pose.Rotations[1] = Rotation.Identity;
            }
            return frames;
        }
    }
}
