#nullable enable
namespace Lamp
{
    /// <summary>What the server granted.</summary>
    public sealed class WelcomeInfo
    {
        public WelcomeInfo(SkeletonInfo skeleton, string sessionToken, float fps, float horizonS)
        {
            Skeleton = skeleton;
            SessionToken = sessionToken;
            Fps = fps;
            HorizonS = horizonS;
        }

        public SkeletonInfo Skeleton { get; }

        /// <summary>A secret: whoever has it can take the character over. Do not log it.</summary>
        public string SessionToken { get; }

        public float Fps { get; }

        public float HorizonS { get; }

        public uint ProtocolVersion { get; set; }

        /// <summary>The lost session goes on, with its scene.</summary>
        public bool Resumed { get; set; }

        /// <summary>Session time of the first frame that will come.</summary>
        public double StartTimeS { get; set; }

        /// <summary>The newest revision the server knows.</summary>
        public ulong SceneRevision { get; set; }

        public int MaxObstacles { get; set; }

        public int MaxTargets { get; set; }

        public int MaxKeyPoses { get; set; }

        public int MaxTriangles { get; set; }

        public string ServerVersion { get; set; } = string.Empty;

        public string ModelName { get; set; } = string.Empty;

        /// <summary>Licence of the trained model: mind it before you ship.</summary>
        public string ModelLicence { get; set; } = string.Empty;

        public string Device { get; set; } = string.Empty;
    }
}
