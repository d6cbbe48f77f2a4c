// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Where an axis of the client points.</summary>
    public enum CoordinateSystemDirection
    {
        Unspecified = 0,
        Left = 1,
        Right = 2,
        Up = 3,
        Down = 4,
        Forward = 5,
        Back = 6,
    }
}
