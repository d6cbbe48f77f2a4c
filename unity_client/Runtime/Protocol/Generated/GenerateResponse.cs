// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class GenerateResponse : LampMessage
    {
        /// <summary>First.</summary>
        public ClipHeader? Header;
        private ClipHeader? _spareHeader;

        /// <summary>Sets Header and gives it, to be filled.</summary>
        public ClipHeader SetHeader()
        {
            Progress = null;
            Chunk = null;
            if (Header == null)
            {
                Header = _spareHeader ?? (_spareHeader = new ClipHeader());
                Header.Clear();
            }
            return Header;
        }
        public Progress? Progress;
        private Progress? _spareProgress;

        /// <summary>Sets Progress and gives it, to be filled.</summary>
        public Progress SetProgress()
        {
            Header = null;
            Chunk = null;
            if (Progress == null)
            {
                Progress = _spareProgress ?? (_spareProgress = new Progress());
                Progress.Clear();
            }
            return Progress;
        }
        public ClipChunk? Chunk;
        private ClipChunk? _spareChunk;

        /// <summary>Sets Chunk and gives it, to be filled.</summary>
        public ClipChunk SetChunk()
        {
            Header = null;
            Progress = null;
            if (Chunk == null)
            {
                Chunk = _spareChunk ?? (_spareChunk = new ClipChunk());
                Chunk.Clear();
            }
            return Chunk;
        }

        /// <summary>Number of the field of Message that is set; 0: none.</summary>
        public int MessageCase => Header != null ? 1 : Progress != null ? 2 : Chunk != null ? 3 : 0;

        public override void Clear()
        {
            Header = null;
            Progress = null;
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
            if (Progress != null)
            {
                int nested = Progress.ComputeSize();
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
            if (Progress != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)Progress.CachedSize);
                Progress.WriteTo(writer);
            }
            if (Chunk != null)
            {
                writer.Varint(26);
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
                    case 18: // Progress
                        {
                            WireReader nested = reader.ReadNested();
                            SetProgress().MergeFrom(ref nested);
                        }
                        break;
                    case 26: // Chunk
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
