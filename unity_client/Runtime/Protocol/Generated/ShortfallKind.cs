// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public enum ShortfallKind
    {
        Unspecified = 0,
        /// <summary>The body is inside an obstacle.</summary>
        Penetration = 1,
        /// <summary>The joint does not get there, although it could.</summary>
        TargetMissed = 2,
        /// <summary>The target lies inside an obstacle or below the floor.</summary>
        TargetBlocked = 3,
        /// <summary>Too far away for the time given.</summary>
        TargetTooFar = 4,
        /// <summary>Higher or lower than the joint can be.</summary>
        TargetOutOfReach = 5,
        /// <summary>Nothing to stand on.</summary>
        NoGround = 6,
        /// <summary>Geometry that the scene refers to is not ready; the plan does not know it.</summary>
        GeometryPending = 7,
    }
}
