#nullable enable
namespace Lamp
{
    /// <summary>Bounds of what may be sent; each message names the object, the value, the limit and the remedy.</summary>
    public static class InputCheck
    {
        public const int MaxIdCharacters = 64;
        public const int MaxPromptCharacters = 512;
        public const float MaxCoordinate = 10_000f; // metres
        public const float MaxExtent = 100f; // metres
        public const float MaxSpeed = 100f; // m/s
        public const float MaxSpin = 100f; // rad/s
        public const float MaxWeight = 1000f;
        public const float MaxHoldS = 3600f;

        /// <summary>An id as the wire allows it.</summary>
        public static void Id(string id)
        {
            if (string.IsNullOrEmpty(id) || id.Length > MaxIdCharacters)
            {
                throw Bad(id ?? string.Empty, "id", $"it has {id?.Length ?? 0} characters", "use 1 to 64");
            }
        }

        /// <summary>A point within reach of the origin.</summary>
        public static void Position(string name, Float3 position)
        {
            Finite(name, "position", position);
            Within(name, "position", position, MaxCoordinate, "units from the origin");
        }

        public static void Orientation(string name, Rotation orientation)
        {
            float squared = orientation.LengthSquared;
            if (!(squared > 0.98f && squared < 1.02f))
            {
                throw Bad(name, "rotation", $"it is {orientation}", "it must be a rotation of length 1; reset the transform");
            }
        }

        public static void Velocity(string name, Float3 velocity)
        {
            Finite(name, "velocity", velocity);
            Within(name, "velocity", velocity, MaxSpeed, "units per second");
        }

        public static void Spin(string name, Float3 spin)
        {
            Finite(name, "angular velocity", spin);
            Within(name, "angular velocity", spin, MaxSpin, "radians per second");
        }

        /// <summary>A size that must be greater than 0.</summary>
        public static void Size(string name, string what, float size)
        {
            if (!(size > 0f && size <= MaxExtent))
            {
                throw Bad(
                    name, what, $"it is {size:g6}", $"it must be greater than 0 and at most {MaxExtent}; check size and scale");
            }
        }

        /// <summary>A size that may be 0.</summary>
        public static void Length(string name, string what, float length)
        {
            if (!(length >= 0f && length <= MaxExtent))
            {
                throw Bad(name, what, $"it is {length:g6}", $"it must be 0 to {MaxExtent}; check size and scale");
            }
        }

        public static void Weight(string name, float weight)
        {
            if (!(weight > 0f && weight <= MaxWeight))
            {
                throw Bad(name, "weight", $"it is {weight:g6}", $"it must be greater than 0 and at most {MaxWeight}");
            }
        }

        public static void Hold(string name, float holdS)
        {
            if (!(holdS >= 0f && holdS <= MaxHoldS))
            {
                throw Bad(name, "hold time", $"it is {holdS:g6} s", $"it must be 0 to {MaxHoldS} s");
            }
        }

        /// <summary>An error about an object of the game.</summary>
        public static LampException Bad(string name, string what, string found, string remedy) => new LampException(
            LampStatus.InvalidArgument, $"'{name}': {what} cannot be used: {found}; {remedy}");

        private static void Finite(string name, string what, Float3 v)
        {
            if (!v.IsFinite)
            {
                throw Bad(name, what, $"it is {v}", "it must be finite numbers; find what wrote NaN or infinity into it");
            }
        }

        private static void Within(string name, string what, Float3 v, float limit, string unit)
        {
            if (!(v.X <= limit && v.X >= -limit && v.Y <= limit && v.Y >= -limit && v.Z <= limit && v.Z >= -limit))
            {
                throw Bad(name, what, $"it is {v}", $"each axis must be within {limit} {unit}");
            }
        }
    }
}
