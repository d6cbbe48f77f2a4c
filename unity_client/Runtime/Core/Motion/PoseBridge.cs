#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Takes the jump out of what is shown when a character goes on from elsewhere: the difference fades away.
    /// </summary>
    /// <remarks>
    /// The root's offset is continuous in place and velocity. The difference in velocity dies away, and the way it goes
    /// meanwhile is added to the difference in place, which fades, from rest to rest. Both are cubic curves over times of
    /// their own: a place far off has to fade slowly, a large velocity fast, or it would carry the character away. One curve
    /// for both would swing back with a third of that velocity. Rotations fade with the place. The same, with the same
    /// numbers, in every client: see runtime/client/bridge.py and unreal_client/core/src/core/bridge.cpp.
    /// </remarks>
    internal sealed class PoseBridge
    {
        private const float LeastS = 0.3f;
        private const float MostS = 5f;
        private const float UnitsPerS = 0.6f; // mean, at which the place is brought in line: a runner stays a runner

        // At most so much is added for the place, and as much for the velocity: 4 together, what a walker's pelvis does
        // each step.
        private const float UnitsPerS2 = 2f;
        private const float MostFaster = 4f; // nobody's stride changes by more at once: the motion is broken
        private const float Aside = 0.5f; // how far a velocity may carry the character: this goes before the acceleration
        private const float SamePlace = 1e-3f;
        private const float SameTurnRad = 2e-3f;

        private readonly Rotation[] _turned;
        private Float3 _place;
        private Float3 _way;
        private Float3 _faster;
        private double _sinceS;
        private float _placeS;
        private float _velocityS;

        public PoseBridge(int joints)
        {
            _turned = new Rotation[joints];
        }

        public bool Active { get; private set; }

        /// <summary>Whether anybody could see the difference.</summary>
        public static bool Needed(Pose shown, Pose instead)
        {
            if (Float3.Distance(shown.RootPosition, instead.RootPosition) > SamePlace)
            {
                return true;
            }
            for (int j = 0; j < shown.Rotations.Length; j++)
            {
                if (Rotation.AngleRad(shown.Rotations[j], instead.Rotations[j]) > SameTurnRad)
                {
                    return true;
                }
            }
            return false;
        }

        /// <summary>From what was shown at a time to what is there now instead.</summary>
        /// <param name="shown">The pose on the screen.</param>
        /// <param name="instead">What is there at the same time now.</param>
        /// <param name="timeS">Session time of both, seconds.</param>
        /// <param name="faster">By how much the root shown was faster than the other one, units per second.</param>
        public void Begin(Pose shown, Pose instead, double timeS, Float3 faster)
        {
            for (int j = 0; j < _turned.Length; j++)
            {
                _turned[j] = (shown.Rotations[j] * instead.Rotations[j].Inverse).Normalized();
            }
            _sinceS = timeS;
            _faster = Believed(faster);
            float speed = _faster.Length;
            float gentlyS = MathF.Max(2f * speed / UnitsPerS2, LeastS);
            _velocityS = MathF.Min(gentlyS, 3f * Aside / MathF.Max(speed, 1e-6f));
            _way = _faster * (_velocityS / 3f);
            _place = shown.RootPosition - instead.RootPosition + _way;
            float away = _place.Length;
            gentlyS = MathF.Max(away / UnitsPerS, MathF.Sqrt(6f * away / UnitsPerS2));
            _placeS = MathF.Min(MathF.Max(gentlyS, LeastS), MostS);
            Active = true;
        }

        /// <summary>How far from its place the root is shown, units.</summary>
        public Float3 Offset(double timeS)
        {
            float u = Passed(timeS, _placeS);
            float v = Passed(timeS, _velocityS);
            return _place * Left(u) - _way * ((1f - v) * (1f - v) * (1f - v));
        }

        /// <summary>How fast that changes, units per second.</summary>
        public Float3 Velocity(double timeS)
        {
            float u = Passed(timeS, _placeS);
            float v = Passed(timeS, _velocityS);
            return _place * (-6f * u * (1f - u) / _placeS) + _faster * ((1f - v) * (1f - v));
        }

        /// <summary>Adds what is left of the difference.</summary>
        public void Apply(Pose pose, double timeS)
        {
            if (timeS >= _sinceS + MathF.Max(_placeS, _velocityS))
            {
                Active = false;
                return;
            }
            pose.RootPosition += Offset(timeS);
            float share = Left(Passed(timeS, _placeS));
            for (int j = 0; j < _turned.Length; j++)
            {
                pose.Rotations[j] = Rotation.Slerp(Rotation.Identity, _turned[j], share) * pose.Rotations[j];
            }
        }

        private float Passed(double timeS, float lastsS) =>
            MathF.Min(MathF.Max((float)((timeS - _sinceS) / lastsS), 0f), 1f);

        // share of a difference that is left when u of its time has passed
        private static float Left(float u) => 1f - u * u * (3f - 2f * u);

        // the difference in velocity, as far as a character can do that
        private static Float3 Believed(Float3 faster)
        {
            float speed = faster.Length;
            if (speed <= MostFaster)
            {
                return faster;
            }
            return float.IsFinite(speed) ? faster * (MostFaster / speed) : Float3.Zero;
        }
    }
}
