#nullable enable
using System.Collections.Generic;

namespace Lamp
{
    /// <summary>What carries the feet where no walkable obstacle does.</summary>
    public enum FloorKind
    {
        /// <summary>As it was.</summary>
        Unchanged = 0,

        /// <summary>An endless plane at the height of the start position.</summary>
        Plane = 1,

        /// <summary>Nothing: feet keep to walkable obstacles.</summary>
        None = 2,
    }

    /// <summary>One message about the scene, or a prompt. Filled again and again.</summary>
    public sealed class SceneBatch
    {
        public ulong Revision;

        /// <summary>Not null: this is a prompt, and nothing else in here counts.</summary>
        public string? Prompt;

        public bool Clear;
        public readonly List<KeyValuePair<string, ObstacleState>> PutObstacles =
            new List<KeyValuePair<string, ObstacleState>>();
        public readonly List<string> RemoveObstacles = new List<string>();
        public readonly List<KeyValuePair<string, TargetState>> PutTargets =
            new List<KeyValuePair<string, TargetState>>();
        public readonly List<string> RemoveTargets = new List<string>();
        public readonly List<KeyValuePair<string, KeyPoseState>> PutKeyPoses =
            new List<KeyValuePair<string, KeyPoseState>>();
        public readonly List<string> RemoveKeyPoses = new List<string>();
        public LookAtState? LookAt;
        public bool ClearLookAt;
        public PathState? Path;

        /// <summary>First waypoint of <see cref="Path"/> that still counts.</summary>
        public int PathFrom;

        public bool ClearPath;
        public FloorKind Floor;

        /// <summary>Whether there is anything about the scene in it.</summary>
        public bool HasChanges => Clear || ClearLookAt || ClearPath || LookAt.HasValue || Path != null
            || Floor != FloorKind.Unchanged
            || PutObstacles.Count + RemoveObstacles.Count + PutTargets.Count + RemoveTargets.Count
            + PutKeyPoses.Count + RemoveKeyPoses.Count > 0;

        public void Reset()
        {
            Revision = 0;
            Prompt = null;
            Clear = ClearLookAt = ClearPath = false;
            PutObstacles.Clear();
            RemoveObstacles.Clear();
            PutTargets.Clear();
            RemoveTargets.Clear();
            PutKeyPoses.Clear();
            RemoveKeyPoses.Clear();
            LookAt = null;
            Path = null;
            PathFrom = 0;
            Floor = FloorKind.Unchanged;
        }
    }
}
