// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class Sphere : LampMessage
    {
        /// <summary>Greater than 0.</summary>
        public float Radius;

        public override void Clear()
        {
            Radius = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (System.BitConverter.SingleToInt32Bits(Radius) != 0)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (System.BitConverter.SingleToInt32Bits(Radius) != 0)
            {
                writer.Varint(13);
                writer.Float(Radius);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 13: // Radius
                        Radius = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
