// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>How a plan does for one target within its horizon.</summary>
    public sealed class TargetReport : LampMessage
    {
        public string Id = string.Empty;
        /// <summary>Distance at the time of arrival, metres whatever the client's unit.</summary>
        public float ErrorM;
        /// <summary>Session time of arrival, chosen by the server where the target names none.</summary>
        public double ArriveTimeS;

        public override void Clear()
        {
            Id = string.Empty;
            ErrorM = 0f;
            ArriveTimeS = 0d;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Id.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Id);
            }
            if (System.BitConverter.SingleToInt32Bits(ErrorM) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.DoubleToInt64Bits(ArriveTimeS) != 0)
            {
                size += 1 + 8;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Id.Length > 0)
            {
                writer.Varint(10);
                writer.String(Id);
            }
            if (System.BitConverter.SingleToInt32Bits(ErrorM) != 0)
            {
                writer.Varint(21);
                writer.Float(ErrorM);
            }
            if (System.BitConverter.DoubleToInt64Bits(ArriveTimeS) != 0)
            {
                writer.Varint(25);
                writer.Double(ArriveTimeS);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Id
                        Id = reader.ReadString();
                        break;
                    case 21: // ErrorM
                        ErrorM = reader.ReadFloat();
                        break;
                    case 25: // ArriveTimeS
                        ArriveTimeS = reader.ReadDouble();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
