// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// The motion from start_frame on has changed: drop every buffered frame with that index or a higher one, then take the
    /// frames here. Frames before it stay as they are, and position and velocity are continuous there.
    /// </summary>
    public sealed class Plan : LampMessage
    {
        /// <summary>Counts up within the session. Frames carry it; the highest wins.</summary>
        public ulong PlanId;
        /// <summary>The newest SceneUpdate or Prompt this plan knows.</summary>
        public ulong SceneRevision;
        /// <summary>First frame that changed. `frames` may begin earlier, when some before it had not been sent yet.</summary>
        public long StartFrame;
        /// <summary>One past the last frame planned so far; it is sent when the playhead is near enough.</summary>
        public long EndFrame;
        /// <summary>How well the plan does, term by term.</summary>
        public readonly RepeatedMessage<Term> Terms = new RepeatedMessage<Term>();
        /// <summary>Whether everything asked for is met: targets reached, obstacles cleared.</summary>
        public bool Feasible;
        /// <summary>Why not, for a person to read; empty when feasible. `shortfalls` says it for programs.</summary>
        public string Reason = string.Empty;
        /// <summary>No better plan for this scene_revision will follow.</summary>
        public bool Settled;
        /// <summary>Optimisation steps taken and time spent on them.</summary>
        public uint Steps;
        public double OptimiseS;
        /// <summary>The first frames; more follow in Frames.</summary>
        public readonly RepeatedMessage<Frame> Frames = new RepeatedMessage<Frame>();
        /// <summary>What is not met; empty when feasible.</summary>
        public readonly RepeatedMessage<Shortfall> Shortfalls = new RepeatedMessage<Shortfall>();
        /// <summary>How near each target comes, in the order they were sent.</summary>
        public readonly RepeatedMessage<TargetReport> Targets = new RepeatedMessage<TargetReport>();

        public override void Clear()
        {
            PlanId = 0;
            SceneRevision = 0;
            StartFrame = 0;
            EndFrame = 0;
            Terms.Clear();
            Feasible = false;
            Reason = string.Empty;
            Settled = false;
            Steps = 0;
            OptimiseS = 0d;
            Frames.Clear();
            Shortfalls.Clear();
            Targets.Clear();
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (PlanId != 0)
            {
                size += 1 + WireWriter.SizeOf(PlanId);
            }
            if (SceneRevision != 0)
            {
                size += 1 + WireWriter.SizeOf(SceneRevision);
            }
            if (StartFrame != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)StartFrame);
            }
            if (EndFrame != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)EndFrame);
            }
            for (int i = 0; i < Terms.Count; i++)
            {
                int nested = Terms[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Feasible)
            {
                size += 1 + WireWriter.SizeOf(Feasible ? 1UL : 0UL);
            }
            if (Reason.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Reason);
            }
            if (Settled)
            {
                size += 1 + WireWriter.SizeOf(Settled ? 1UL : 0UL);
            }
            if (Steps != 0)
            {
                size += 1 + WireWriter.SizeOf(Steps);
            }
            if (System.BitConverter.DoubleToInt64Bits(OptimiseS) != 0)
            {
                size += 1 + 8;
            }
            for (int i = 0; i < Frames.Count; i++)
            {
                int nested = Frames[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < Shortfalls.Count; i++)
            {
                int nested = Shortfalls[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < Targets.Count; i++)
            {
                int nested = Targets[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (PlanId != 0)
            {
                writer.Varint(8);
                writer.Varint(PlanId);
            }
            if (SceneRevision != 0)
            {
                writer.Varint(16);
                writer.Varint(SceneRevision);
            }
            if (StartFrame != 0)
            {
                writer.Varint(24);
                writer.Varint((ulong)StartFrame);
            }
            if (EndFrame != 0)
            {
                writer.Varint(32);
                writer.Varint((ulong)EndFrame);
            }
            for (int i = 0; i < Terms.Count; i++)
            {
                writer.Varint(42);
                writer.Varint((ulong)Terms[i].CachedSize);
                Terms[i].WriteTo(writer);
            }
            if (Feasible)
            {
                writer.Varint(48);
                writer.Varint(Feasible ? 1UL : 0UL);
            }
            if (Reason.Length > 0)
            {
                writer.Varint(58);
                writer.String(Reason);
            }
            if (Settled)
            {
                writer.Varint(64);
                writer.Varint(Settled ? 1UL : 0UL);
            }
            if (Steps != 0)
            {
                writer.Varint(72);
                writer.Varint(Steps);
            }
            if (System.BitConverter.DoubleToInt64Bits(OptimiseS) != 0)
            {
                writer.Varint(81);
                writer.Double(OptimiseS);
            }
            for (int i = 0; i < Frames.Count; i++)
            {
                writer.Varint(90);
                writer.Varint((ulong)Frames[i].CachedSize);
                Frames[i].WriteTo(writer);
            }
            for (int i = 0; i < Shortfalls.Count; i++)
            {
                writer.Varint(98);
                writer.Varint((ulong)Shortfalls[i].CachedSize);
                Shortfalls[i].WriteTo(writer);
            }
            for (int i = 0; i < Targets.Count; i++)
            {
                writer.Varint(106);
                writer.Varint((ulong)Targets[i].CachedSize);
                Targets[i].WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // PlanId
                        PlanId = reader.ReadVarint();
                        break;
                    case 16: // SceneRevision
                        SceneRevision = reader.ReadVarint();
                        break;
                    case 24: // StartFrame
                        StartFrame = (long)reader.ReadVarint();
                        break;
                    case 32: // EndFrame
                        EndFrame = (long)reader.ReadVarint();
                        break;
                    case 42: // Terms
                        {
                            WireReader nested = reader.ReadElement(Terms.Count);
                            Terms.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 48: // Feasible
                        Feasible = reader.ReadVarint() != 0;
                        break;
                    case 58: // Reason
                        Reason = reader.ReadString();
                        break;
                    case 64: // Settled
                        Settled = reader.ReadVarint() != 0;
                        break;
                    case 72: // Steps
                        Steps = (uint)reader.ReadVarint();
                        break;
                    case 81: // OptimiseS
                        OptimiseS = reader.ReadDouble();
                        break;
                    case 90: // Frames
                        {
                            WireReader nested = reader.ReadElement(Frames.Count);
                            Frames.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 98: // Shortfalls
                        {
                            WireReader nested = reader.ReadElement(Shortfalls.Count);
                            Shortfalls.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 106: // Targets
                        {
                            WireReader nested = reader.ReadElement(Targets.Count);
                            Targets.Add().MergeFrom(ref nested);
                        }
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
