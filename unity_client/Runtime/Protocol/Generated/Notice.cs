// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Something the client should know; the session goes on.</summary>
    public sealed class Notice : LampMessage
    {
        public NoticeCode Code;
        /// <summary>For a person to read.</summary>
        public string Message = string.Empty;
        /// <summary>Revision of the refused message, 0 if it had none.</summary>
        public ulong Revision;
        /// <summary>What was wrong, part by part.</summary>
        public readonly RepeatedMessage<FieldViolation> Violations = new RepeatedMessage<FieldViolation>();
        /// <summary>Earlier notices that were dropped because they came faster than the client read.</summary>
        public uint Dropped;

        public override void Clear()
        {
            Code = 0;
            Message = string.Empty;
            Revision = 0;
            Violations.Clear();
            Dropped = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Code != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)Code);
            }
            if (Message.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Message);
            }
            if (Revision != 0)
            {
                size += 1 + WireWriter.SizeOf(Revision);
            }
            for (int i = 0; i < Violations.Count; i++)
            {
                int nested = Violations[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Dropped != 0)
            {
                size += 1 + WireWriter.SizeOf(Dropped);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Code != 0)
            {
                writer.Varint(8);
                writer.Varint((ulong)(long)Code);
            }
            if (Message.Length > 0)
            {
                writer.Varint(18);
                writer.String(Message);
            }
            if (Revision != 0)
            {
                writer.Varint(24);
                writer.Varint(Revision);
            }
            for (int i = 0; i < Violations.Count; i++)
            {
                writer.Varint(34);
                writer.Varint((ulong)Violations[i].CachedSize);
                Violations[i].WriteTo(writer);
            }
            if (Dropped != 0)
            {
                writer.Varint(40);
                writer.Varint(Dropped);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Code
                        Code = (NoticeCode)(int)reader.ReadVarint();
                        break;
                    case 18: // Message
                        Message = reader.ReadString();
                        break;
                    case 24: // Revision
                        Revision = reader.ReadVarint();
                        break;
                    case 34: // Violations
                        {
                            WireReader nested = reader.ReadElement(Violations.Count);
                            Violations.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 40: // Dropped
                        Dropped = (uint)reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
