// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// The server is about to stop. Frames keep coming until then; connect again elsewhere, with start_position and
    /// start_facing of where the character is.
    /// </summary>
    public sealed class GoingAway : LampMessage
    {
        /// <summary>For a person to read.</summary>
        public string Reason = string.Empty;
        /// <summary>Seconds until the stream ends.</summary>
        public float GraceS;

        public override void Clear()
        {
            Reason = string.Empty;
            GraceS = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Reason.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Reason);
            }
            if (System.BitConverter.SingleToInt32Bits(GraceS) != 0)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Reason.Length > 0)
            {
                writer.Varint(10);
                writer.String(Reason);
            }
            if (System.BitConverter.SingleToInt32Bits(GraceS) != 0)
            {
                writer.Varint(21);
                writer.Float(GraceS);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Reason
                        Reason = reader.ReadString();
                        break;
                    case 21: // GraceS
                        GraceS = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
