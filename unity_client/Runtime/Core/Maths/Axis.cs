#nullable enable
namespace Lamp
{
    /// <summary>Where an axis points, seen by a character in its rest pose.</summary>
    public enum Axis
    {
        Left = 1,
        Right = 2,
        Up = 3,
        Down = 4,
        Forward = 5,
        Back = 6,
    }
}
