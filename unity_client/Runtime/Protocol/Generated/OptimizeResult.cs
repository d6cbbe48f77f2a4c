// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class OptimizeResult : LampMessage
    {
        /// <summary>Which task, from 0.</summary>
        public uint Clip;
        public readonly RepeatedMessage<Term> Terms = new RepeatedMessage<Term>();
        /// <summary>Whether everything asked for is met, and if not, why.</summary>
        public bool Feasible;
        public string Reason = string.Empty;
        public uint Steps;
        public double OptimiseS;

        public override void Clear()
        {
            Clip = 0;
            Terms.Clear();
            Feasible = false;
            Reason = string.Empty;
            Steps = 0;
            OptimiseS = 0d;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Clip != 0)
            {
                size += 1 + WireWriter.SizeOf(Clip);
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
            if (Steps != 0)
            {
                size += 1 + WireWriter.SizeOf(Steps);
            }
            if (System.BitConverter.DoubleToInt64Bits(OptimiseS) != 0)
            {
                size += 1 + 8;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Clip != 0)
            {
                writer.Varint(8);
                writer.Varint(Clip);
            }
            for (int i = 0; i < Terms.Count; i++)
            {
                writer.Varint(18);
                writer.Varint((ulong)Terms[i].CachedSize);
                Terms[i].WriteTo(writer);
            }
            if (Feasible)
            {
                writer.Varint(24);
                writer.Varint(Feasible ? 1UL : 0UL);
            }
            if (Reason.Length > 0)
            {
                writer.Varint(34);
                writer.String(Reason);
            }
            if (Steps != 0)
            {
                writer.Varint(40);
                writer.Varint(Steps);
            }
            if (System.BitConverter.DoubleToInt64Bits(OptimiseS) != 0)
            {
                writer.Varint(49);
                writer.Double(OptimiseS);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Clip
                        Clip = (uint)reader.ReadVarint();
                        break;
                    case 18: // Terms
                        {
                            WireReader nested = reader.ReadElement(Terms.Count);
                            Terms.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 24: // Feasible
                        Feasible = reader.ReadVarint() != 0;
                        break;
                    case 34: // Reason
                        Reason = reader.ReadString();
                        break;
                    case 40: // Steps
                        Steps = (uint)reader.ReadVarint();
                        break;
                    case 49: // OptimiseS
                        OptimiseS = reader.ReadDouble();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
