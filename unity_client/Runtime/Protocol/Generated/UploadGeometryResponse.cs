// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class UploadGeometryResponse : LampMessage
    {
        public GeometryInfo? Info;
        private GeometryInfo? _spareInfo;

        /// <summary>Sets Info and gives it, to be filled.</summary>
        public GeometryInfo SetInfo()
        {
            if (Info == null)
            {
                Info = _spareInfo ?? (_spareInfo = new GeometryInfo());
                Info.Clear();
            }
            return Info;
        }

        public override void Clear()
        {
            Info = null;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Info != null)
            {
                int nested = Info.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Info != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)Info.CachedSize);
                Info.WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Info
                        {
                            WireReader nested = reader.ReadNested();
                            SetInfo().MergeFrom(ref nested);
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
