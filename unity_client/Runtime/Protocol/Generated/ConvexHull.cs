// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>The smallest convex body around the vertices.</summary>
    public sealed class ConvexHull : LampMessage
    {
        /// <summary>4 to 4096, not all in one plane.</summary>
        public uint VertexCount;

        public override void Clear()
        {
            VertexCount = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (VertexCount != 0)
            {
                size += 1 + WireWriter.SizeOf(VertexCount);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (VertexCount != 0)
            {
                writer.Varint(8);
                writer.Varint(VertexCount);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // VertexCount
                        VertexCount = (uint)reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
