using System;

namespace Lamp.Onnx
{
    /// <summary>A ball that rolls on at constant velocity from a frame on.</summary>
    internal readonly struct MovingSphere
    {
        private const int Joints = 22;
        private readonly float _x, _y, _z, _velocityX, _velocityZ, _radius;
        private readonly int _frame;

        /// <summary>At (x, y, z) metres in the given frame, moving in x and z at metres per second.</summary>
        public MovingSphere(float x, float y, float z, int frame, float velocityX, float velocityZ, float radius)
        {
            (_x, _y, _z, _frame) = (x, y, z, frame);
            (_velocityX, _velocityZ, _radius) = (velocityX, velocityZ, radius);
        }

        /// <summary>Put it into slot 0 of the step's obstacles.</summary>
        public void Write(StepGraph step, float fps)
        {
            Span<float> position = step["obstacle_position"];
            int slots = position.Length / (3 * step.Frames);
            for (int t = 0; t < step.Frames; t++)
            {
                (float x, float z) = At(t, fps);
                Span<float> slot = position.Slice(3 * slots * t, 3);
                (slot[0], slot[1], slot[2]) = (x, _y, z);
            }
            Span<float> size = step["obstacle_size"], kind = step["obstacle_kind"];
            (size[0], size[1], size[2]) = (_radius, 0f, 0f); // a capsule without length is a sphere
            kind.Slice(0, kind.Length / slots).Clear();
            kind[step.Index("obstacle_kinds", "capsule")] = 1f;
        }

        /// <summary>How deep any joint, with its radius, is inside the ball at its worst; metres.</summary>
        public float Penetration(ReadOnlySpan<float> joints, float[] radii, float fps)
        {
            float deepest = 0f;
            for (int t = 0; t < joints.Length / (3 * Joints); t++)
            {
                (float x, float z) = At(t, fps);
                for (int j = 0; j < Joints; j++)
                {
                    ReadOnlySpan<float> p = joints.Slice(3 * (Joints * t + j), 3);
                    float dx = p[0] - x, dy = p[1] - _y, dz = p[2] - z;
                    float room = MathF.Sqrt(dx * dx + dy * dy + dz * dz) - _radius - radii[j];
                    deepest = MathF.Max(deepest, -room);
                }
            }
            return deepest;
        }

        private (float X, float Z) At(int frame, float fps)
        {
            float seconds = (frame - _frame) / fps;
            return (_x + _velocityX * seconds, _z + _velocityZ * seconds);
        }
    }
}
