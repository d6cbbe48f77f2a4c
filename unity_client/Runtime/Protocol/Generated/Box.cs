// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class Box : LampMessage
    {
        /// <summary>Half the size along each of the box's own axes, each greater than 0.</summary>
        public Vector3? HalfExtents;
        private Vector3? _spareHalfExtents;

        /// <summary>Sets HalfExtents and gives it, to be filled.</summary>
        public Vector3 SetHalfExtents()
        {
            if (HalfExtents == null)
            {
                HalfExtents = _spareHalfExtents ?? (_spareHalfExtents = new Vector3());
                HalfExtents.Clear();
            }
            return HalfExtents;
        }

        public override void Clear()
        {
            HalfExtents = null;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (HalfExtents != null)
            {
                int nested = HalfExtents.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (HalfExtents != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)HalfExtents.CachedSize);
                HalfExtents.WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // HalfExtents
                        {
                            WireReader nested = reader.ReadNested();
                            SetHalfExtents().MergeFrom(ref nested);
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
