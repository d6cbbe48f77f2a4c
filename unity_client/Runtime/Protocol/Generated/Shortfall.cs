// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>One demand that a plan does not meet.</summary>
    public sealed class Shortfall : LampMessage
    {
        public ShortfallKind Kind;
        /// <summary>Id of the target, obstacle or geometry; empty where it has none.</summary>
        public string Id = string.Empty;
        /// <summary>By how much, metres whatever the client's unit.</summary>
        public float AmountM;
        /// <summary>Session time of the worst moment.</summary>
        public double TimeS;

        public override void Clear()
        {
            Kind = 0;
            Id = string.Empty;
            AmountM = 0f;
            TimeS = 0d;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Kind != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)Kind);
            }
            if (Id.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Id);
            }
            if (System.BitConverter.SingleToInt32Bits(AmountM) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.DoubleToInt64Bits(TimeS) != 0)
            {
                size += 1 + 8;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Kind != 0)
            {
                writer.Varint(8);
                writer.Varint((ulong)(long)Kind);
            }
            if (Id.Length > 0)
            {
                writer.Varint(18);
                writer.String(Id);
            }
            if (System.BitConverter.SingleToInt32Bits(AmountM) != 0)
            {
                writer.Varint(29);
                writer.Float(AmountM);
            }
            if (System.BitConverter.DoubleToInt64Bits(TimeS) != 0)
            {
                writer.Varint(33);
                writer.Double(TimeS);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Kind
                        Kind = (ShortfallKind)(int)reader.ReadVarint();
                        break;
                    case 18: // Id
                        Id = reader.ReadString();
                        break;
                    case 29: // AmountM
                        AmountM = reader.ReadFloat();
                        break;
                    case 33: // TimeS
                        TimeS = reader.ReadDouble();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
