// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>One joint of the skeleton.</summary>
    public sealed class Joint : LampMessage
    {
        /// <summary>Unique name, such as "left_wrist".</summary>
        public string Name = string.Empty;
        /// <summary>Index of the parent in Skeleton.joints, always smaller than the own index; -1 for the root.</summary>
        public int Parent;
        /// <summary>
        /// Position relative to the parent in the rest pose (a T-pose, every local rotation the identity, facing the client's
        /// forward direction). Client units; zero for the root.
        /// </summary>
        public Vector3? RestOffset;
        private Vector3? _spareRestOffset;

        /// <summary>Sets RestOffset and gives it, to be filled.</summary>
        public Vector3 SetRestOffset()
        {
            if (RestOffset == null)
            {
                RestOffset = _spareRestOffset ?? (_spareRestOffset = new Vector3());
                RestOffset.Clear();
            }
            return RestOffset;
        }
        /// <summary>Radius of the body around this joint, used to keep clear of obstacles. Client units.</summary>
        public float Radius;

        public override void Clear()
        {
            Name = string.Empty;
            Parent = 0;
            RestOffset = null;
            Radius = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Name.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Name);
            }
            if (Parent != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)Parent);
            }
            if (RestOffset != null)
            {
                int nested = RestOffset.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.SingleToInt32Bits(Radius) != 0)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Name.Length > 0)
            {
                writer.Varint(10);
                writer.String(Name);
            }
            if (Parent != 0)
            {
                writer.Varint(16);
                writer.Varint((ulong)(long)Parent);
            }
            if (RestOffset != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)RestOffset.CachedSize);
                RestOffset.WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(Radius) != 0)
            {
                writer.Varint(37);
                writer.Float(Radius);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Name
                        Name = reader.ReadString();
                        break;
                    case 16: // Parent
                        Parent = (int)reader.ReadVarint();
                        break;
                    case 26: // RestOffset
                        {
                            WireReader nested = reader.ReadNested();
                            SetRestOffset().MergeFrom(ref nested);
                        }
                        break;
                    case 37: // Radius
                        Radius = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
