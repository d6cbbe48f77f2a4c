// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// More frames, in order and without a gap: each index is one more than the last sent. The one exception: a client that
    /// reads slower than it plays loses frames whose time has passed.
    /// </summary>
    public sealed class Frames : LampMessage
    {
        public readonly RepeatedMessage<Frame> FramesList = new RepeatedMessage<Frame>();

        public override void Clear()
        {
            FramesList.Clear();
        }

        public override int ComputeSize()
        {
            int size = 0;
            for (int i = 0; i < FramesList.Count; i++)
            {
                int nested = FramesList[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            for (int i = 0; i < FramesList.Count; i++)
            {
                writer.Varint(10);
                writer.Varint((ulong)FramesList[i].CachedSize);
                FramesList[i].WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // FramesList
                        {
                            WireReader nested = reader.ReadElement(FramesList.Count);
                            FramesList.Add().MergeFrom(ref nested);
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
