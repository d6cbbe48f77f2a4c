#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Takes the jump out of what is shown when a character goes on from elsewhere: the difference fades away.
    /// </summary>
    internal sealed class PoseBridge
    {
        private const float LeastS = 0.3f;
        private const float MostS = 4f;
        private const float UnitsPerS = 0.6f; // at which the place is brought in line: a runner stays a runner
        private const float SamePlace = 1e-3f;
        private const float SameTurnRad = 2e-3f;

        private readonly Rotation[] _turned;
        private Float3 _offset;
        private double _sinceS;
        private float _lastsS;

        public PoseBridge(int joints)
        {
            _turned = new Rotation[joints];
        }

        public bool Active { get; private set; }

        /// <summary>From what was shown at a time to what is there now instead; does nothing where nobody could see it.</summary>
        public void Begin(Pose shown, Pose instead, double timeS)
        {
            Active = false;
            _offset = shown.RootPosition - instead.RootPosition;
            float largestRad = 0f;
            for (int j = 0; j < _turned.Length; j++)
            {
                _turned[j] = (shown.Rotations[j] * instead.Rotations[j].Inverse).Normalized();
                largestRad = MathF.Max(largestRad, _turned[j].ToRotationVector().Length);
            }
            float away = _offset.Length;
            if (away < SamePlace && largestRad < SameTurnRad)
            {
                return;
            }
            _sinceS = timeS;
            _lastsS = MathF.Min(MathF.Max(away / UnitsPerS, LeastS), MostS);
            Active = true;
        }

        /// <summary>Adds what is left of the difference.</summary>
        public void Apply(Pose pose, double timeS)
        {
            float u = (float)((timeS - _sinceS) / _lastsS);
            if (u >= 1f)
            {
                Active = false;
                return;
            }
            u = MathF.Max(u, 0f);
            float share = 1f - u * u * (3f - 2f * u);
            pose.RootPosition += _offset * share;
            for (int j = 0; j < _turned.Length; j++)
            {
                pose.Rotations[j] = Rotation.Slerp(Rotation.Identity, _turned[j], share) * pose.Rotations[j];
            }
        }
    }
}
