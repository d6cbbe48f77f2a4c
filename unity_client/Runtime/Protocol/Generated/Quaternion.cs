// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// A rotation in the client's coordinate system, stored x, y, z, w (as Unity, glTF and OSC do; Unreal's FQuat too).
    /// Length 1, accepted within 1 %. All four numbers 0 means "not set" where a field says so, and is refused elsewhere.
    /// </summary>
    public sealed class Quaternion : LampMessage
    {
        public float X;
        public float Y;
        public float Z;
        public float W;

        public override void Clear()
        {
            X = 0f;
            Y = 0f;
            Z = 0f;
            W = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (System.BitConverter.SingleToInt32Bits(X) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(Y) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(Z) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(W) != 0)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (System.BitConverter.SingleToInt32Bits(X) != 0)
            {
                writer.Varint(13);
                writer.Float(X);
            }
            if (System.BitConverter.SingleToInt32Bits(Y) != 0)
            {
                writer.Varint(21);
                writer.Float(Y);
            }
            if (System.BitConverter.SingleToInt32Bits(Z) != 0)
            {
                writer.Varint(29);
                writer.Float(Z);
            }
            if (System.BitConverter.SingleToInt32Bits(W) != 0)
            {
                writer.Varint(37);
                writer.Float(W);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 13: // X
                        X = reader.ReadFloat();
                        break;
                    case 21: // Y
                        Y = reader.ReadFloat();
                        break;
                    case 29: // Z
                        Z = reader.ReadFloat();
                        break;
                    case 37: // W
                        W = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
