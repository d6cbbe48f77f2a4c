// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>How far the work is. Several may come, or none.</summary>
    public sealed class Progress : LampMessage
    {
        /// <summary>Steps done, and in all.</summary>
        public uint Step;
        public uint Steps;
        /// <summary>Since the server took the request up, seconds; does not count waiting for its turn.</summary>
        public double ElapsedS;
        /// <summary>Best so far, mean over the tasks; empty for Generate.</summary>
        public readonly RepeatedMessage<Term> Terms = new RepeatedMessage<Term>();

        public override void Clear()
        {
            Step = 0;
            Steps = 0;
            ElapsedS = 0d;
            Terms.Clear();
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Step != 0)
            {
                size += 1 + WireWriter.SizeOf(Step);
            }
            if (Steps != 0)
            {
                size += 1 + WireWriter.SizeOf(Steps);
            }
            if (System.BitConverter.DoubleToInt64Bits(ElapsedS) != 0)
            {
                size += 1 + 8;
            }
            for (int i = 0; i < Terms.Count; i++)
            {
                int nested = Terms[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Step != 0)
            {
                writer.Varint(8);
                writer.Varint(Step);
            }
            if (Steps != 0)
            {
                writer.Varint(16);
                writer.Varint(Steps);
            }
            if (System.BitConverter.DoubleToInt64Bits(ElapsedS) != 0)
            {
                writer.Varint(25);
                writer.Double(ElapsedS);
            }
            for (int i = 0; i < Terms.Count; i++)
            {
                writer.Varint(34);
                writer.Varint((ulong)Terms[i].CachedSize);
                Terms[i].WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Step
                        Step = (uint)reader.ReadVarint();
                        break;
                    case 16: // Steps
                        Steps = (uint)reader.ReadVarint();
                        break;
                    case 25: // ElapsedS
                        ElapsedS = reader.ReadDouble();
                        break;
                    case 34: // Terms
                        {
                            WireReader nested = reader.ReadElement(Terms.Count);
                            Terms.Add().MergeFrom(ref nested);
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
