// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// Any triangles. A closed surface is solid inside. One that is not closed (a wall without thickness, a floor with holes)
    /// is taken as a sheet of 4 cm; GeometryInfo.sign_rule says which.
    /// </summary>
    public sealed class TriangleMesh : LampMessage
    {
        /// <summary>3 to Limits.max_triangles * 3.</summary>
        public uint VertexCount;
        /// <summary>1 to Limits.max_triangles. Either winding.</summary>
        public uint TriangleCount;

        public override void Clear()
        {
            VertexCount = 0;
            TriangleCount = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (VertexCount != 0)
            {
                size += 1 + WireWriter.SizeOf(VertexCount);
            }
            if (TriangleCount != 0)
            {
                size += 1 + WireWriter.SizeOf(TriangleCount);
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
            if (TriangleCount != 0)
            {
                writer.Varint(16);
                writer.Varint(TriangleCount);
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
                    case 16: // TriangleCount
                        TriangleCount = (uint)reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
