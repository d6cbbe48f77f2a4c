#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Whether an obstacle has to be told again: the server carries it on with its velocities, so only what it could not
    /// know is sent.
    /// </summary>
    public sealed class ObstacleTracker
    {
        private const float SamePlace = 0.02f; // units
        private const float SameTurnRad = 0.05f;
        private const float SameSpeed = 0.15f; // units per second
        private const float SameSpin = 0.3f; // rad/s
        private const double LeastS = 0.1;
        private ObstacleState _told;
        private double _atS;
        private bool _any;

        /// <summary>Nothing has been told; the next state is news.</summary>
        public void Forget() => _any = false;

        /// <summary>True when <paramref name="state"/>, which holds at session time, has to be told; it is then taken as told.</summary>
        public bool IsNews(in ObstacleState state, double sessionS)
        {
            if (_any && SameShape(state))
            {
                if (sessionS - _atS < LeastS || !Moved(state, (float)(sessionS - _atS)))
                {
                    return false;
                }
            }
            _told = state;
            _atS = sessionS;
            _any = true;
            return true;
        }

        private bool SameShape(in ObstacleState state) =>
            state.Kind == _told.Kind && state.Size == _told.Size && state.GeometryId == _told.GeometryId
            && state.Scale == _told.Scale && state.Walkable == _told.Walkable;

        private bool Moved(in ObstacleState state, float sinceS)
        {
            Float3 place = _told.Position + _told.LinearVelocity * sinceS;
            Float3 spin = _told.AngularVelocity;
            Rotation turn = Rotation.AboutAxis(spin, spin.Length * sinceS) * _told.Orientation;
            return Float3.Distance(place, state.Position) > SamePlace
                || Rotation.AngleRad(turn, state.Orientation) > SameTurnRad
                || Float3.Distance(_told.LinearVelocity, state.LinearVelocity) > SameSpeed
                || Float3.Distance(spin, state.AngularVelocity) > SameSpin;
        }
    }
}
