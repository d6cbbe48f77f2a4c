// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>Frames of one clip, in order.</summary>
    public sealed class ClipChunk : LampMessage
    {
        /// <summary>Which prompt or task, from 0.</summary>
        public uint Clip;
        public readonly RepeatedMessage<Frame> Frames = new RepeatedMessage<Frame>();
        /// <summary>The clip (or its preview) ends with these frames.</summary>
        public bool Last;
        /// <summary>Best so far; the clip will come once more, from its first frame.</summary>
        public bool Preview;

        public override void Clear()
        {
            Clip = 0;
            Frames.Clear();
            Last = false;
            Preview = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Clip != 0)
            {
                size += 1 + WireWriter.SizeOf(Clip);
            }
            for (int i = 0; i < Frames.Count; i++)
            {
                int nested = Frames[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Last)
            {
                size += 1 + WireWriter.SizeOf(Last ? 1UL : 0UL);
            }
            if (Preview)
            {
                size += 1 + WireWriter.SizeOf(Preview ? 1UL : 0UL);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Clip != 0)
            {
                writer.Varint(8);
                writer.Varint(Clip);
            }
            for (int i = 0; i < Frames.Count; i++)
            {
                writer.Varint(18);
                writer.Varint((ulong)Frames[i].CachedSize);
                Frames[i].WriteTo(writer);
            }
            if (Last)
            {
                writer.Varint(24);
                writer.Varint(Last ? 1UL : 0UL);
            }
            if (Preview)
            {
                writer.Varint(32);
                writer.Varint(Preview ? 1UL : 0UL);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Clip
                        Clip = (uint)reader.ReadVarint();
                        break;
                    case 18: // Frames
                        {
                            WireReader nested = reader.ReadElement(Frames.Count);
                            Frames.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 24: // Last
                        Last = reader.ReadVarint() != 0;
                        break;
                    case 32: // Preview
                        Preview = reader.ReadVarint() != 0;
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
