// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>A clip.</summary>
    public sealed class Motion : LampMessage
    {
        /// <summary>Frames per second, 1 to 240.</summary>
        public float Fps;
        /// <summary>
        /// In order of time. In requests, fill either joint_positions, or root_position and local_rotations; index, time_s,
        /// contacts and plan_id are not read there.
        /// </summary>
        public readonly RepeatedMessage<Frame> Frames = new RepeatedMessage<Frame>();

        public override void Clear()
        {
            Fps = 0f;
            Frames.Clear();
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                size += 1 + 4;
            }
            for (int i = 0; i < Frames.Count; i++)
            {
                int nested = Frames[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                writer.Varint(13);
                writer.Float(Fps);
            }
            for (int i = 0; i < Frames.Count; i++)
            {
                writer.Varint(18);
                writer.Varint((ulong)Frames[i].CachedSize);
                Frames[i].WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 13: // Fps
                        Fps = reader.ReadFloat();
                        break;
                    case 18: // Frames
                        {
                            WireReader nested = reader.ReadElement(Frames.Count);
                            Frames.Add().MergeFrom(ref nested);
                        }
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
