// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class Capsule : LampMessage
    {
        /// <summary>Greater than 0.</summary>
        public float Radius;
        /// <summary>Half the distance between the centres of the two caps, along the up axis; 0 makes a sphere.</summary>
        public float HalfLength;

        public override void Clear()
        {
            Radius = 0f;
            HalfLength = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (System.BitConverter.SingleToInt32Bits(Radius) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(HalfLength) != 0)
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
            if (System.BitConverter.SingleToInt32Bits(HalfLength) != 0)
            {
                writer.Varint(21);
                writer.Float(HalfLength);
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
                    case 21: // HalfLength
                        HalfLength = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
