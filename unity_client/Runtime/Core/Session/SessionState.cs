#nullable enable
namespace Lamp
{
    /// <summary>Where a session is in its life.</summary>
    public enum SessionState
    {
        /// <summary>Made, not started.</summary>
        New = 0,

        /// <summary>Looking for the server for the first time.</summary>
        Connecting = 1,

        /// <summary>A stream is open.</summary>
        Live = 2,

        /// <summary>The connection is lost; buffered motion plays while a server is looked for.</summary>
        Lost = 3,

        /// <summary>Over, and nobody here wished it; see <see cref="LampSession.Error"/>.</summary>
        Failed = 4,

        /// <summary>Closed by the game.</summary>
        Closed = 5,
    }

    /// <summary>What a session has been through. One writer each; read by anybody.</summary>
    public sealed class SessionStatistics
    {
        /// <summary>How often the connection was lost and found again.</summary>
        public int Reconnects { get; internal set; }

        /// <summary>How long the last loss took, from noticing to the new welcome, seconds.</summary>
        public double LastReconnectS { get; internal set; }

        public long MessagesReceived { get; internal set; }

        public long MessagesSent { get; internal set; }

        public long FramesReceived { get; internal set; }

        /// <summary>Frames that could not be used.</summary>
        public long BadFrames { get; internal set; }

        public long PlansReceived { get; internal set; }

        /// <summary>Plans older than one already taken.</summary>
        public long StalePlans { get; internal set; }

        /// <summary>Parts of the scene the server refused.</summary>
        public long Refusals { get; internal set; }
    }
}
