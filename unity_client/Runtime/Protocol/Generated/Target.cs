// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>"This joint should be there": a reach, a waypoint, a hold. A key pose is several of them.</summary>
    public sealed class Target : LampMessage
    {
        /// <summary>Chosen by the client, 1 to 64 characters. Sending an id again replaces that target.</summary>
        public string Id = string.Empty;
        /// <summary>Name of a joint of the skeleton. Required.</summary>
        public string Joint = string.Empty;
        /// <summary>Where the joint's centre should be, within 10 km of the origin. Required.</summary>
        public Vector3? Position;
        private Vector3? _sparePosition;

        /// <summary>Sets Position and gives it, to be filled.</summary>
        public Vector3 SetPosition()
        {
            if (Position == null)
            {
                Position = _sparePosition ?? (_sparePosition = new Vector3());
                Position.Clear();
            }
            return Position;
        }
        /// <summary>Leaves an axis of the client out: a waypoint on the floor ignores the up axis. At least one must count.</summary>
        public bool IgnoreX;
        public bool IgnoreY;
        public bool IgnoreZ;
        /// <summary>When to be there: session time (Drive; default: soon, by distance) or clip time (Optimize; default: the last frame).</summary>
        public double ArriveTimeS;
        public bool HasArriveTimeS;
        /// <summary>How long to stay there after arriving, 0 to 3600. Default: 0.</summary>
        public float HoldS;
        /// <summary>Importance against other wishes, greater than 0 and at most 1000. Default: 1.</summary>
        public float Weight;
        public bool HasWeight;

        public override void Clear()
        {
            Id = string.Empty;
            Joint = string.Empty;
            Position = null;
            IgnoreX = false;
            IgnoreY = false;
            IgnoreZ = false;
            ArriveTimeS = 0d;
            HasArriveTimeS = false;
            HoldS = 0f;
            Weight = 0f;
            HasWeight = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Id.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Id);
            }
            if (Joint.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Joint);
            }
            if (Position != null)
            {
                int nested = Position.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (IgnoreX)
            {
                size += 1 + WireWriter.SizeOf(IgnoreX ? 1UL : 0UL);
            }
            if (IgnoreY)
            {
                size += 1 + WireWriter.SizeOf(IgnoreY ? 1UL : 0UL);
            }
            if (IgnoreZ)
            {
                size += 1 + WireWriter.SizeOf(IgnoreZ ? 1UL : 0UL);
            }
            if (HasArriveTimeS)
            {
                size += 1 + 8;
            }
            if (System.BitConverter.SingleToInt32Bits(HoldS) != 0)
            {
                size += 1 + 4;
            }
            if (HasWeight)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Id.Length > 0)
            {
                writer.Varint(10);
                writer.String(Id);
            }
            if (Joint.Length > 0)
            {
                writer.Varint(18);
                writer.String(Joint);
            }
            if (Position != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)Position.CachedSize);
                Position.WriteTo(writer);
            }
            if (IgnoreX)
            {
                writer.Varint(32);
                writer.Varint(IgnoreX ? 1UL : 0UL);
            }
            if (IgnoreY)
            {
                writer.Varint(40);
                writer.Varint(IgnoreY ? 1UL : 0UL);
            }
            if (IgnoreZ)
            {
                writer.Varint(48);
                writer.Varint(IgnoreZ ? 1UL : 0UL);
            }
            if (HasArriveTimeS)
            {
                writer.Varint(57);
                writer.Double(ArriveTimeS);
            }
            if (System.BitConverter.SingleToInt32Bits(HoldS) != 0)
            {
                writer.Varint(69);
                writer.Float(HoldS);
            }
            if (HasWeight)
            {
                writer.Varint(77);
                writer.Float(Weight);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Id
                        Id = reader.ReadString();
                        break;
                    case 18: // Joint
                        Joint = reader.ReadString();
                        break;
                    case 26: // Position
                        {
                            WireReader nested = reader.ReadNested();
                            SetPosition().MergeFrom(ref nested);
                        }
                        break;
                    case 32: // IgnoreX
                        IgnoreX = reader.ReadVarint() != 0;
                        break;
                    case 40: // IgnoreY
                        IgnoreY = reader.ReadVarint() != 0;
                        break;
                    case 48: // IgnoreZ
                        IgnoreZ = reader.ReadVarint() != 0;
                        break;
                    case 57: // ArriveTimeS
                        ArriveTimeS = reader.ReadDouble();
                        HasArriveTimeS = true;
                        break;
                    case 69: // HoldS
                        HoldS = reader.ReadFloat();
                        break;
                    case 77: // Weight
                        Weight = reader.ReadFloat();
                        HasWeight = true;
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
