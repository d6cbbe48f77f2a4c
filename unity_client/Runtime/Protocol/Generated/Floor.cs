// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>What carries the feet where no walkable obstacle does.</summary>
    public enum Floor
    {
        /// <summary>As it was; FLOOR_PLANE at the start of a session.</summary>
        Unspecified = 0,
        /// <summary>An endless plane at the height of the start position.</summary>
        Plane = 1,
        /// <summary>Nothing: feet keep to walkable obstacles, and away from their edges and holes.</summary>
        None = 2,
    }
}
