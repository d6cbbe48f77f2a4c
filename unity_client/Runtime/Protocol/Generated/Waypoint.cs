// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class Waypoint : LampMessage
    {
        /// <summary>A point on the floor, within 10 km of the origin. Required.</summary>
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
        /// <summary>
        /// When to be there, session time (Drive) or clip time (Optimize), later than that of the waypoint before. Default: by
        /// distance and speed.
        /// </summary>
        public double ArriveTimeS;
        public bool HasArriveTimeS;

        public override void Clear()
        {
            Position = null;
            ArriveTimeS = 0d;
            HasArriveTimeS = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Position != null)
            {
                int nested = Position.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (HasArriveTimeS)
            {
                size += 1 + 8;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Position != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)Position.CachedSize);
                Position.WriteTo(writer);
            }
            if (HasArriveTimeS)
            {
                writer.Varint(17);
                writer.Double(ArriveTimeS);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Position
                        {
                            WireReader nested = reader.ReadNested();
                            SetPosition().MergeFrom(ref nested);
                        }
                        break;
                    case 17: // ArriveTimeS
                        ArriveTimeS = reader.ReadDouble();
                        HasArriveTimeS = true;
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
