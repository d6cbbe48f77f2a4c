// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class Cylinder : LampMessage
    {
        /// <summary>Greater than 0.</summary>
        public float Radius;
        /// <summary>Half the height along the up axis, greater than 0.</summary>
        public float HalfHeight;

        public override void Clear()
        {
            Radius = 0f;
            HalfHeight = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (System.BitConverter.SingleToInt32Bits(Radius) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(HalfHeight) != 0)
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
            if (System.BitConverter.SingleToInt32Bits(HalfHeight) != 0)
            {
                writer.Varint(21);
                writer.Float(HalfHeight);
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
                    case 21: // HalfHeight
                        HalfHeight = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
