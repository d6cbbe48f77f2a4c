// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Any mix of wishes for one clip.</summary>
    public sealed class OptimizeTask : LampMessage
    {
        /// <summary>As Hello.prompt.</summary>
        public string Prompt = string.Empty;
        /// <summary>
        /// Length of the clip, 1 s to GetServerInfoResponse.max_clip_s. Default (0): 6. With a reference: leave out, the clip is
        /// as long as the reference.
        /// </summary>
        public float DurationS;
        /// <summary>Motion to start from, 1 s to GetServerInfoResponse.max_clip_s. Bones are brought to the lengths of the skeleton.</summary>
        public Motion? Reference;
        private Motion? _spareReference;

        /// <summary>Sets Reference and gives it, to be filled.</summary>
        public Motion SetReference()
        {
            if (Reference == null)
            {
                Reference = _spareReference ?? (_spareReference = new Motion());
                Reference.Clear();
            }
            return Reference;
        }
        /// <summary>
        /// How much each frame should stay as in the reference, 0 to 1000, each: none (the result may go anywhere from the
        /// reference), one number (all frames alike, as for cleaning noisy motion), or one per reference frame (0 for the ones
        /// to be made anew, as for in-betweening and blending).
        /// </summary>
        public readonly RepeatedValue<float> Keep = new RepeatedValue<float>();
        /// <summary>Let the model see the frames with keep &gt; 0 as given, and not only stay near them: for in-betweening and blending.</summary>
        public bool ShowKept;
        /// <summary>Places for joints; ids are optional here. At most Limits.max_targets.</summary>
        public readonly RepeatedMessage<Target> Targets = new RepeatedMessage<Target>();
        /// <summary>Ids are optional here. At most Limits.max_obstacles.</summary>
        public readonly RepeatedMessage<Obstacle> Obstacles = new RepeatedMessage<Obstacle>();
        /// <summary>Where the clip starts and which way it faces, as in Hello; not with a reference, which has its own place.</summary>
        public Vector3? StartPosition;
        private Vector3? _spareStartPosition;

        /// <summary>Sets StartPosition and gives it, to be filled.</summary>
        public Vector3 SetStartPosition()
        {
            if (StartPosition == null)
            {
                StartPosition = _spareStartPosition ?? (_spareStartPosition = new Vector3());
                StartPosition.Clear();
            }
            return StartPosition;
        }
        public Vector3? StartFacing;
        private Vector3? _spareStartFacing;

        /// <summary>Sets StartFacing and gives it, to be filled.</summary>
        public Vector3 SetStartFacing()
        {
            if (StartFacing == null)
            {
                StartFacing = _spareStartFacing ?? (_spareStartFacing = new Vector3());
                StartFacing.Clear();
            }
            return StartFacing;
        }
        /// <summary>Poses to be in, times in clip time. At most Limits.max_key_poses.</summary>
        public readonly RepeatedMessage<KeyPose> KeyPoses = new RepeatedMessage<KeyPose>();
        /// <summary>A point to look at, and a way to walk, times in clip time.</summary>
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
        /// <summary>As in SceneUpdate.</summary>
        public Floor Floor;

        public override void Clear()
        {
            Prompt = string.Empty;
            DurationS = 0f;
            Reference = null;
            Keep.Clear();
            ShowKept = false;
            Targets.Clear();
            Obstacles.Clear();
            StartPosition = null;
            StartFacing = null;
            KeyPoses.Clear();
            LookAt = null;
            Path = null;
            Floor = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Prompt.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Prompt);
            }
            if (System.BitConverter.SingleToInt32Bits(DurationS) != 0)
            {
                size += 1 + 4;
            }
            if (Reference != null)
            {
                int nested = Reference.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Keep.Count > 0)
            {
                int packed = 4 * Keep.Count;
                size += 1 + WireWriter.SizeOf((ulong)packed) + packed;
            }
            for (int i = 0; i < Targets.Count; i++)
            {
                int nested = Targets[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < Obstacles.Count; i++)
            {
                int nested = Obstacles[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (ShowKept)
            {
                size += 1 + WireWriter.SizeOf(ShowKept ? 1UL : 0UL);
            }
            if (StartPosition != null)
            {
                int nested = StartPosition.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (StartFacing != null)
            {
                int nested = StartFacing.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < KeyPoses.Count; i++)
            {
                int nested = KeyPoses[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (LookAt != null)
            {
                int nested = LookAt.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Path != null)
            {
                int nested = Path.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
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
            if (Prompt.Length > 0)
            {
                writer.Varint(10);
                writer.String(Prompt);
            }
            if (System.BitConverter.SingleToInt32Bits(DurationS) != 0)
            {
                writer.Varint(21);
                writer.Float(DurationS);
            }
            if (Reference != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)Reference.CachedSize);
                Reference.WriteTo(writer);
            }
            if (Keep.Count > 0)
            {
                writer.Varint(34);
                writer.Varint((ulong)(4 * Keep.Count));
                for (int i = 0; i < Keep.Count; i++)
                {
                    writer.Float(Keep[i]);
                }
            }
            for (int i = 0; i < Targets.Count; i++)
            {
                writer.Varint(42);
                writer.Varint((ulong)Targets[i].CachedSize);
                Targets[i].WriteTo(writer);
            }
            for (int i = 0; i < Obstacles.Count; i++)
            {
                writer.Varint(50);
                writer.Varint((ulong)Obstacles[i].CachedSize);
                Obstacles[i].WriteTo(writer);
            }
            if (ShowKept)
            {
                writer.Varint(56);
                writer.Varint(ShowKept ? 1UL : 0UL);
            }
            if (StartPosition != null)
            {
                writer.Varint(66);
                writer.Varint((ulong)StartPosition.CachedSize);
                StartPosition.WriteTo(writer);
            }
            if (StartFacing != null)
            {
                writer.Varint(74);
                writer.Varint((ulong)StartFacing.CachedSize);
                StartFacing.WriteTo(writer);
            }
            for (int i = 0; i < KeyPoses.Count; i++)
            {
                writer.Varint(82);
                writer.Varint((ulong)KeyPoses[i].CachedSize);
                KeyPoses[i].WriteTo(writer);
            }
            if (LookAt != null)
            {
                writer.Varint(90);
                writer.Varint((ulong)LookAt.CachedSize);
                LookAt.WriteTo(writer);
            }
            if (Path != null)
            {
                writer.Varint(98);
                writer.Varint((ulong)Path.CachedSize);
                Path.WriteTo(writer);
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
                    case 10: // Prompt
                        Prompt = reader.ReadString();
                        break;
                    case 21: // DurationS
                        DurationS = reader.ReadFloat();
                        break;
                    case 26: // Reference
                        {
                            WireReader nested = reader.ReadNested();
                            SetReference().MergeFrom(ref nested);
                        }
                        break;
                    case 37: // Keep
                        Keep.Add(reader.ReadFloat());
                        break;
                    case 34: // Keep
                        reader.ReadPackedFloats(Keep);
                        break;
                    case 42: // Targets
                        {
                            WireReader nested = reader.ReadElement(Targets.Count);
                            Targets.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 50: // Obstacles
                        {
                            WireReader nested = reader.ReadElement(Obstacles.Count);
                            Obstacles.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 56: // ShowKept
                        ShowKept = reader.ReadVarint() != 0;
                        break;
                    case 66: // StartPosition
                        {
                            WireReader nested = reader.ReadNested();
                            SetStartPosition().MergeFrom(ref nested);
                        }
                        break;
                    case 74: // StartFacing
                        {
                            WireReader nested = reader.ReadNested();
                            SetStartFacing().MergeFrom(ref nested);
                        }
                        break;
                    case 82: // KeyPoses
                        {
                            WireReader nested = reader.ReadElement(KeyPoses.Count);
                            KeyPoses.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 90: // LookAt
                        {
                            WireReader nested = reader.ReadNested();
                            SetLookAt().MergeFrom(ref nested);
                        }
                        break;
                    case 98: // Path
                        {
                            WireReader nested = reader.ReadNested();
                            SetPath().MergeFrom(ref nested);
                        }
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
