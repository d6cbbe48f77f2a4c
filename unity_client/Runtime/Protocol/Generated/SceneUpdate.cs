// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// Changes to what is around the character and to its targets: all of it is taken, or none of it when any part cannot be
    /// used. Newest wins: nothing waits in a queue, and an update may be superseded before a plan knew it.
    /// </summary>
    public sealed class SceneUpdate : LampMessage
    {
        /// <summary>
        /// Number of this change, chosen by the client, greater than every one before (Prompt counts on the same line). Plan
        /// says which one it knows. Default (0): the server counts on from the last one.
        /// </summary>
        public ulong Revision;
        /// <summary>New or changed obstacles; those not named stay. At most Limits.max_obstacles exist at a time.</summary>
        public readonly RepeatedMessage<Obstacle> PutObstacles = new RepeatedMessage<Obstacle>();
        /// <summary>Ids to remove, before put_obstacles is looked at; unknown ones are no error.</summary>
        public readonly RepeatedValue<string> RemoveObstacleIds = new RepeatedValue<string>();
        /// <summary>New or changed targets; those not named stay. At most Limits.max_targets exist at a time.</summary>
        public readonly RepeatedMessage<Target> PutTargets = new RepeatedMessage<Target>();
        /// <summary>Ids to remove, before put_targets is looked at; unknown ones are no error.</summary>
        public readonly RepeatedValue<string> RemoveTargetIds = new RepeatedValue<string>();
        /// <summary>Removes everything first: obstacles, targets, key poses, path and point to look at.</summary>
        public bool ClearField;
        /// <summary>The point to look at from now on; replaces the one before.</summary>
        public LookAt? LookAt;
        private LookAt? _spareLookAt;

        /// <summary>Sets LookAt and gives it, to be filled.</summary>
        public LookAt SetLookAt()
        {
            if (LookAt == null)
            {
                LookAt = _spareLookAt ?? (_spareLookAt = new LookAt());
                LookAt.Clear();
            }
            return LookAt;
        }
        /// <summary>Ends looking.</summary>
        public bool ClearLookAt;
        /// <summary>The way to walk from now on; replaces the one before.</summary>
        public Path? Path;
        private Path? _sparePath;

        /// <summary>Sets Path and gives it, to be filled.</summary>
        public Path SetPath()
        {
            if (Path == null)
            {
                Path = _sparePath ?? (_sparePath = new Path());
                Path.Clear();
            }
            return Path;
        }
        /// <summary>Ends following the path.</summary>
        public bool ClearPath;
        /// <summary>New or changed key poses; those not named stay. At most Limits.max_key_poses exist at a time.</summary>
        public readonly RepeatedMessage<KeyPose> PutKeyPoses = new RepeatedMessage<KeyPose>();
        /// <summary>Ids to remove, before put_key_poses is looked at; unknown ones are no error.</summary>
        public readonly RepeatedValue<string> RemoveKeyPoseIds = new RepeatedValue<string>();
        /// <summary>What is below where no walkable obstacle is.</summary>
        public Floor Floor;

        public override void Clear()
        {
            Revision = 0;
            PutObstacles.Clear();
            RemoveObstacleIds.Clear();
            PutTargets.Clear();
            RemoveTargetIds.Clear();
            ClearField = false;
            LookAt = null;
            ClearLookAt = false;
            Path = null;
            ClearPath = false;
            PutKeyPoses.Clear();
            RemoveKeyPoseIds.Clear();
            Floor = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Revision != 0)
            {
                size += 1 + WireWriter.SizeOf(Revision);
            }
            for (int i = 0; i < PutObstacles.Count; i++)
            {
                int nested = PutObstacles[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < RemoveObstacleIds.Count; i++)
            {
                size += 1 + WireWriter.SizeOf(RemoveObstacleIds[i]);
            }
            for (int i = 0; i < PutTargets.Count; i++)
            {
                int nested = PutTargets[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < RemoveTargetIds.Count; i++)
            {
                size += 1 + WireWriter.SizeOf(RemoveTargetIds[i]);
            }
            if (ClearField)
            {
                size += 1 + WireWriter.SizeOf(ClearField ? 1UL : 0UL);
            }
            if (LookAt != null)
            {
                int nested = LookAt.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (ClearLookAt)
            {
                size += 1 + WireWriter.SizeOf(ClearLookAt ? 1UL : 0UL);
            }
            if (Path != null)
            {
                int nested = Path.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (ClearPath)
            {
                size += 1 + WireWriter.SizeOf(ClearPath ? 1UL : 0UL);
            }
            for (int i = 0; i < PutKeyPoses.Count; i++)
            {
                int nested = PutKeyPoses[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < RemoveKeyPoseIds.Count; i++)
            {
                size += 1 + WireWriter.SizeOf(RemoveKeyPoseIds[i]);
            }
            if (Floor != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)Floor);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Revision != 0)
            {
                writer.Varint(8);
                writer.Varint(Revision);
            }
            for (int i = 0; i < PutObstacles.Count; i++)
            {
                writer.Varint(18);
                writer.Varint((ulong)PutObstacles[i].CachedSize);
                PutObstacles[i].WriteTo(writer);
            }
            for (int i = 0; i < RemoveObstacleIds.Count; i++)
            {
                writer.Varint(26);
                writer.String(RemoveObstacleIds[i]);
            }
            for (int i = 0; i < PutTargets.Count; i++)
            {
                writer.Varint(34);
                writer.Varint((ulong)PutTargets[i].CachedSize);
                PutTargets[i].WriteTo(writer);
            }
            for (int i = 0; i < RemoveTargetIds.Count; i++)
            {
                writer.Varint(42);
                writer.String(RemoveTargetIds[i]);
            }
            if (ClearField)
            {
                writer.Varint(48);
                writer.Varint(ClearField ? 1UL : 0UL);
            }
            if (LookAt != null)
            {
                writer.Varint(58);
                writer.Varint((ulong)LookAt.CachedSize);
                LookAt.WriteTo(writer);
            }
            if (ClearLookAt)
            {
                writer.Varint(64);
                writer.Varint(ClearLookAt ? 1UL : 0UL);
            }
            if (Path != null)
            {
                writer.Varint(74);
                writer.Varint((ulong)Path.CachedSize);
                Path.WriteTo(writer);
            }
            if (ClearPath)
            {
                writer.Varint(80);
                writer.Varint(ClearPath ? 1UL : 0UL);
            }
            for (int i = 0; i < PutKeyPoses.Count; i++)
            {
                writer.Varint(90);
                writer.Varint((ulong)PutKeyPoses[i].CachedSize);
                PutKeyPoses[i].WriteTo(writer);
            }
            for (int i = 0; i < RemoveKeyPoseIds.Count; i++)
            {
                writer.Varint(98);
                writer.String(RemoveKeyPoseIds[i]);
            }
            if (Floor != 0)
            {
                writer.Varint(104);
                writer.Varint((ulong)(long)Floor);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Revision
                        Revision = reader.ReadVarint();
                        break;
                    case 18: // PutObstacles
                        {
                            WireReader nested = reader.ReadElement(PutObstacles.Count);
                            PutObstacles.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 26: // RemoveObstacleIds
                        RemoveObstacleIds.Add(reader.ReadString());
                        break;
                    case 34: // PutTargets
                        {
                            WireReader nested = reader.ReadElement(PutTargets.Count);
                            PutTargets.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 42: // RemoveTargetIds
                        RemoveTargetIds.Add(reader.ReadString());
                        break;
                    case 48: // ClearField
                        ClearField = reader.ReadVarint() != 0;
                        break;
                    case 58: // LookAt
                        {
                            WireReader nested = reader.ReadNested();
                            SetLookAt().MergeFrom(ref nested);
                        }
                        break;
                    case 64: // ClearLookAt
                        ClearLookAt = reader.ReadVarint() != 0;
                        break;
                    case 74: // Path
                        {
                            WireReader nested = reader.ReadNested();
                            SetPath().MergeFrom(ref nested);
                        }
                        break;
                    case 80: // ClearPath
                        ClearPath = reader.ReadVarint() != 0;
                        break;
                    case 90: // PutKeyPoses
                        {
                            WireReader nested = reader.ReadElement(PutKeyPoses.Count);
                            PutKeyPoses.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 98: // RemoveKeyPoseIds
                        RemoveKeyPoseIds.Add(reader.ReadString());
                        break;
                    case 104: // Floor
                        Floor = (Floor)(int)reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
