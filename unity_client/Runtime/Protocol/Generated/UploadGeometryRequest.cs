// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class UploadGeometryRequest : LampMessage
    {
        /// <summary>First, and only once.</summary>
        public GeometryHeader? Header;
        private GeometryHeader? _spareHeader;

        /// <summary>Sets Header and gives it, to be filled.</summary>
        public GeometryHeader SetHeader()
        {
            Chunk = null;
            if (Header == null)
            {
                Header = _spareHeader ?? (_spareHeader = new GeometryHeader());
                Header.Clear();
            }
            return Header;
        }
        /// <summary>Then all vertices or heights, then all indices, in pieces of any size the message limit allows.</summary>
        public GeometryChunk? Chunk;
        private GeometryChunk? _spareChunk;

        /// <summary>Sets Chunk and gives it, to be filled.</summary>
        public GeometryChunk SetChunk()
        {
            Header = null;
            if (Chunk == null)
            {
                Chunk = _spareChunk ?? (_spareChunk = new GeometryChunk());
                Chunk.Clear();
            }
            return Chunk;
        }

        /// <summary>Number of the field of Message that is set; 0: none.</summary>
        public int MessageCase => Header != null ? 1 : Chunk != null ? 2 : 0;

        public override void Clear()
        {
            Header = null;
            Chunk = null;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Header != null)
            {
                int nested = Header.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Chunk != null)
            {
                int nested = Chunk.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Header != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)Header.CachedSize);
                Header.WriteTo(writer);
            }
            if (Chunk != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)Chunk.CachedSize);
                Chunk.WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Header
                        {
                            WireReader nested = reader.ReadNested();
                            SetHeader().MergeFrom(ref nested);
                        }
                        break;
                    case 18: // Chunk
                        {
                            WireReader nested = reader.ReadNested();
                            SetChunk().MergeFrom(ref nested);
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
