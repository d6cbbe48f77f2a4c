// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// How far the client has played. Send about ten a second, also while paused (the same time again): the server goes on
    /// counting for 1 s without one and then holds. A client that never sends one is taken to play in real time from the
    /// moment the first plan was sent.
    /// </summary>
    public sealed class Playhead : LampMessage
    {
        /// <summary>Session time of what is on the screen now: never less than before.</summary>
        public double TimeS;

        public override void Clear()
        {
            TimeS = 0d;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (System.BitConverter.DoubleToInt64Bits(TimeS) != 0)
            {
                size += 1 + 8;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (System.BitConverter.DoubleToInt64Bits(TimeS) != 0)
            {
                writer.Varint(9);
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
                    case 9: // TimeS
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
