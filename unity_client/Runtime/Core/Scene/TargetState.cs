#nullable enable
namespace Lamp
{
    /// <summary>"This joint should be there": a reach, a waypoint, a hold.</summary>
    public struct TargetState
    {
        /// <summary>Name of a joint, such as "left_wrist" or "pelvis".</summary>
        public string Joint;

        public Float3 Position;

        /// <summary>Axes that do not count: a waypoint on the floor ignores y.</summary>
        public bool IgnoreX;

        public bool IgnoreY;

        public bool IgnoreZ;

        /// <summary>Session time to be there, seconds; NaN: soon, by distance.</summary>
        public double ArriveS;

        /// <summary>How long to stay, seconds.</summary>
        public float HoldS;

        /// <summary>Importance against other wishes; 0: 1.</summary>
        public float Weight;

        public static TargetState At(string joint, Float3 position) =>
            new TargetState { Joint = joint, Position = position, ArriveS = double.NaN };

        /// <summary>A place on the floor for the pelvis.</summary>
        public static TargetState Waypoint(Float3 position) =>
            new TargetState { Joint = "pelvis", Position = position, IgnoreY = true, ArriveS = double.NaN };

        /// <summary>Whether the server could use it; <paramref name="skeleton"/> null: the joint is not looked up.</summary>
        /// <exception cref="LampException">It could not; the message names the object, the value and the remedy.</exception>
        public readonly void Check(string name, SkeletonInfo? skeleton)
        {
            InputCheck.Position(name, Position);
            InputCheck.Hold(name, HoldS);
            if (Weight != 0f)
            {
                InputCheck.Weight(name, Weight);
            }
            if (IgnoreX && IgnoreY && IgnoreZ)
            {
                throw InputCheck.Bad(name, "target", "it ignores every axis", "let at least one count");
            }
            if (string.IsNullOrEmpty(Joint) || (skeleton != null && skeleton.Find(Joint) < 0))
            {
                string known = skeleton == null ? "a joint of the skeleton" : string.Join(", ", skeleton.Names);
                throw InputCheck.Bad(name, "joint", $"'{Joint}' is unknown", $"use one of {known}");
            }
        }
    }

    /// <summary>A point to look at.</summary>
    public struct LookAtState
    {
        public Float3 Position;

        public Float3 LinearVelocity;

        /// <summary>Session time at which the position holds; NaN: when the server reads it.</summary>
        public double TimeS;

        /// <summary>Importance against other wishes; 0: 1.</summary>
        public float Weight;

        public static LookAtState At(Float3 position) => new LookAtState { Position = position, TimeS = double.NaN };

        /// <exception cref="LampException">It cannot be used; the message names the object, the value and the remedy.</exception>
        public readonly void Check(string name)
        {
            InputCheck.Position(name, Position);
            InputCheck.Velocity(name, LinearVelocity);
            if (Weight != 0f)
            {
                InputCheck.Weight(name, Weight);
            }
        }
    }
}
