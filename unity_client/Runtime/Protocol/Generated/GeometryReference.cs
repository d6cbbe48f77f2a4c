// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Shape that lies on the server under its content hash.</summary>
    public sealed class GeometryReference : LampMessage
    {
        /// <summary>
        /// GeometryInfo.id, 64 hexadecimal digits. A geometry that is still being built may be referred to: it counts as soon
        /// as it is ready, and a Notice says so. An unknown one is refused: upload it first.
        /// </summary>
        public string Id = string.Empty;
        /// <summary>Uniform scale, 0.001 to 1000. Default (0): 1.</summary>
        public float Scale;

        public override void Clear()
        {
            Id = string.Empty;
            Scale = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Id.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Id);
            }
            if (System.BitConverter.SingleToInt32Bits(Scale) != 0)
            {
                size += 1 + 4;
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
            if (System.BitConverter.SingleToInt32Bits(Scale) != 0)
            {
                writer.Varint(21);
                writer.Float(Scale);
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
                    case 21: // Scale
                        Scale = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
