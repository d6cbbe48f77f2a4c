#nullable enable
namespace Lamp
{
    /// <summary>What opens a stream: what the game asked for, and what a lost session goes on from.</summary>
    public sealed class HelloInfo
    {
        public uint ProtocolVersion = LampProtocol.Version;
        public float MetresPerUnit = 1f;
        public float Fps;
        public string Prompt = string.Empty;
        public Float3 StartPosition;
        public Float3 StartFacing;
        public float HorizonS;
        public ulong Seed;
        public string ClientName = string.Empty;

        /// <summary>Token of a session to take up again; empty: none.</summary>
        public string ResumeToken = string.Empty;

        /// <summary>With a token: the last frame received.</summary>
        public long? LastFrameIndex;

        /// <summary>The last frames of the character; null: it stands at the start position.</summary>
        public FrameBatch? StartMotion;

        public float StartMotionFps;
        public double StartTimeS;
    }

    /// <summary>The version of the wire contract this package speaks.</summary>
    public static class LampProtocol
    {
        public const uint Version = 1;
    }
}
