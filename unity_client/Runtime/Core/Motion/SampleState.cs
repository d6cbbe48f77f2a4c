#nullable enable
namespace Lamp
{
    /// <summary>Where a sampled pose comes from.</summary>
    public enum SampleState
    {
        /// <summary>Nothing has been received yet; the pose was not touched.</summary>
        Empty = 0,

        /// <summary>Received motion.</summary>
        Playing = 1,

        /// <summary>Frames have run out: the last good pose.</summary>
        Held = 2,
    }
}
