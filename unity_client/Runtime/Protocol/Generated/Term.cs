// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>One term of the objective in its natural unit, whatever the client's unit of length is.</summary>
    public sealed class Term : LampMessage
    {
        /// <summary>Such as "penetration_m", "target_error_m", "foot_slide_mps".</summary>
        public string Name = string.Empty;
        /// <summary>In `unit`; 0 is best for everything that is an error.</summary>
        public double Value;
        /// <summary>"m", "m/s", "m/s^3", "s", or empty for a plain number.</summary>
        public string Unit = string.Empty;

        public override void Clear()
        {
            Name = string.Empty;
            Value = 0d;
            Unit = string.Empty;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Name.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Name);
            }
            if (System.BitConverter.DoubleToInt64Bits(Value) != 0)
            {
                size += 1 + 8;
            }
            if (Unit.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Unit);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Name.Length > 0)
            {
                writer.Varint(10);
                writer.String(Name);
            }
            if (System.BitConverter.DoubleToInt64Bits(Value) != 0)
            {
                writer.Varint(17);
                writer.Double(Value);
            }
            if (Unit.Length > 0)
            {
                writer.Varint(26);
                writer.String(Unit);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Name
                        Name = reader.ReadString();
                        break;
                    case 17: // Value
                        Value = reader.ReadDouble();
                        break;
                    case 26: // Unit
                        Unit = reader.ReadString();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
