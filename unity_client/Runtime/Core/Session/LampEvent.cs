#nullable enable
namespace Lamp
{
    /// <summary>What happened in a session.</summary>
    public enum LampEventKind
    {
        /// <summary>The server took the session up.</summary>
        Connected = 0,

        /// <summary>The connection is lost; the session looks for a server again.</summary>
        Lost = 1,

        /// <summary>Connected again; the server went on with the session.</summary>
        Resumed = 2,

        /// <summary>Connected again; the character was taken over from what was buffered.</summary>
        Restarted = 3,

        /// <summary>The server will stop soon.</summary>
        GoingAway = 4,

        /// <summary>The motion changed; see <see cref="LampEvent.Plan"/>.</summary>
        Plan = 5,

        /// <summary>The server could not use something, or says something worth knowing.</summary>
        Notice = 6,

        /// <summary>Something of the scene was refused for good: <see cref="LampEvent.ObjectId"/> names it.</summary>
        Refused = 7,

        /// <summary>A frame could not be used; the last good motion stays.</summary>
        BadFrame = 8,

        /// <summary>The session ended and nobody here wished it; see <see cref="LampSession.Error"/>.</summary>
        Failed = 9,

        /// <summary>The session was closed.</summary>
        Closed = 10,
    }

    /// <summary>Something that happened, to be taken up by the game's thread.</summary>
    public readonly struct LampEvent
    {
        public readonly LampEventKind Kind;

        /// <summary>For a person to read; empty for plans.</summary>
        public readonly string Message;

        /// <summary>Id of the obstacle, target or key pose it is about; empty where it is about none.</summary>
        public readonly string ObjectId;

        /// <summary>The plan it is about; null for everything else.</summary>
        public readonly PlanReport? Plan;

        /// <summary>CODE_* of the notice it is about; 0 where it is about none.</summary>
        public readonly int NoticeCode;

        public LampEvent(
            LampEventKind kind, string message, string objectId = "", PlanReport? plan = null, int noticeCode = 0)
        {
            Plan = plan;
            NoticeCode = noticeCode;
            Kind = kind;
            Message = message;
            ObjectId = objectId;
        }

        public override string ToString() =>
            ObjectId.Length > 0 ? $"{Kind} {ObjectId}: {Message}" : $"{Kind}: {Message}";
    }
}
