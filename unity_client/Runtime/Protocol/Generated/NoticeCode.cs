// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public enum NoticeCode
    {
        Unspecified = 0,
        /// <summary>A message could not be used and changed nothing; see violations.</summary>
        Invalid = 1,
        /// <summary>The revision is not greater than the last; nothing was changed.</summary>
        StaleRevision = 2,
        /// <summary>This server cannot do what was asked; the message says what it does instead.</summary>
        Unsupported = 3,
        /// <summary>The playhead went back, or is ahead of everything sent; it was not, or not fully, followed.</summary>
        Playhead = 4,
        /// <summary>Geometry that the scene refers to became ready, or could not be built; see the message.</summary>
        Geometry = 5,
        /// <summary>The session used up what it is given: messages per second, or steps; it is served less for a while.</summary>
        Budget = 6,
    }
}
