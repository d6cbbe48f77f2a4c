// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>What holds for all clips of one answer.</summary>
    public sealed class ClipHeader : LampMessage
    {
        public Skeleton? Skeleton;
        private Skeleton? _spareSkeleton;

        /// <summary>Sets Skeleton and gives it, to be filled.</summary>
        public Skeleton SetSkeleton()
        {
            if (Skeleton == null)
            {
                Skeleton = _spareSkeleton ?? (_spareSkeleton = new Skeleton());
                Skeleton.Clear();
            }
            return Skeleton;
        }
        public CoordinateSystem? CoordinateSystem;
        private CoordinateSystem? _spareCoordinateSystem;

        /// <summary>Sets CoordinateSystem and gives it, to be filled.</summary>
        public CoordinateSystem SetCoordinateSystem()
        {
            if (CoordinateSystem == null)
            {
                CoordinateSystem = _spareCoordinateSystem ?? (_spareCoordinateSystem = new CoordinateSystem());
                CoordinateSystem.Clear();
            }
            return CoordinateSystem;
        }
        public float Fps;
        /// <summary>Clips that will follow.</summary>
        public uint Clips;

        public override void Clear()
        {
            Skeleton = null;
            CoordinateSystem = null;
            Fps = 0f;
            Clips = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Skeleton != null)
            {
                int nested = Skeleton.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (CoordinateSystem != null)
            {
                int nested = CoordinateSystem.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                size += 1 + 4;
            }
            if (Clips != 0)
            {
                size += 1 + WireWriter.SizeOf(Clips);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Skeleton != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)Skeleton.CachedSize);
                Skeleton.WriteTo(writer);
            }
            if (CoordinateSystem != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)CoordinateSystem.CachedSize);
                CoordinateSystem.WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                writer.Varint(29);
                writer.Float(Fps);
            }
            if (Clips != 0)
            {
                writer.Varint(32);
                writer.Varint(Clips);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Skeleton
                        {
                            WireReader nested = reader.ReadNested();
                            SetSkeleton().MergeFrom(ref nested);
                        }
                        break;
                    case 18: // CoordinateSystem
                        {
                            WireReader nested = reader.ReadNested();
                            SetCoordinateSystem().MergeFrom(ref nested);
                        }
                        break;
                    case 29: // Fps
                        Fps = reader.ReadFloat();
                        break;
                    case 32: // Clips
                        Clips = (uint)reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
