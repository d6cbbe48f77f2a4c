#nullable enable
namespace Lamp
{
    /// <summary>A way to walk along; the arrays are taken over and must not change afterwards.</summary>
    public sealed class PathState
    {
        public const int MaxWaypoints = 64;

        public PathState(params Float3[] waypoints)
        {
            Waypoints = waypoints;
        }

        public Float3[] Waypoints { get; }

        /// <summary>Session time at each waypoint, rising; null: by distance and speed.</summary>
        public double[]? ArriveS { get; set; }

        /// <summary>Walking speed, client units per second; 0: an easy walk.</summary>
        public float Speed { get; set; }

        /// <summary>From the last waypoint to the first again, without end.</summary>
        public bool Loop { get; set; }

        /// <summary>Importance against other wishes; 0: 1.</summary>
        public float Weight { get; set; }

        /// <exception cref="LampException">It cannot be used; the message names the object, the value and the remedy.</exception>
        public void Check(string name)
        {
            if (Waypoints.Length < 1 || Waypoints.Length > MaxWaypoints)
            {
                throw InputCheck.Bad(name, "path", $"it has {Waypoints.Length} waypoints", $"use 1 to {MaxWaypoints}");
            }
            foreach (Float3 waypoint in Waypoints)
            {
                InputCheck.Position(name, waypoint);
            }
            if (ArriveS != null && ArriveS.Length != Waypoints.Length)
            {
                throw InputCheck.Bad(
                    name, "arrival times", $"there are {ArriveS.Length}", $"give one for each of {Waypoints.Length} waypoints");
            }
            if (!(Speed >= 0f && Speed <= InputCheck.MaxSpeed))
            {
                throw InputCheck.Bad(name, "speed", $"it is {Speed:g6}", "use 0.1 to 8 m/s, or 0 for the default");
            }
            if (Weight != 0f)
            {
                InputCheck.Weight(name, Weight);
            }
        }
    }

    /// <summary>How far a character has come along a path, so that another server need not be told what lies behind.</summary>
    internal sealed class PathProgress
    {
        private const float Passed = 0.5f; // units
        private PathState? _path;

        /// <summary>The waypoint to go to next.</summary>
        public int Next { get; private set; }

        public void Follow(PathState? path)
        {
            _path = path;
            Next = 0;
        }

        public void Walked(Float3 pelvis)
        {
            if (_path == null)
            {
                return;
            }
            while (Next < _path.Waypoints.Length)
            {
                Float3 away = _path.Waypoints[Next] - pelvis;
                if (away.X * away.X + away.Z * away.Z >= Passed * Passed)
                {
                    return;
                }
                Next++;
                if (_path.Loop && Next == _path.Waypoints.Length)
                {
                    Next = 0;
                    return;
                }
            }
        }
    }
}
