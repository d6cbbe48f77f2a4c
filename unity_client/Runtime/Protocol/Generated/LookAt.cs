// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// "Look there": the chest turns so that the point is within the reach of the neck, and neck and head do the rest, within
    /// the limits of a person. There is one at a time.
    /// </summary>
    public sealed class LookAt : LampMessage
    {
        /// <summary>The point to look at, within 10 km of the origin. Required.</summary>
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
        /// <summary>Client units per second, at most 100 m/s per axis: a point that moves. Default: at rest.</summary>
        public Vector3? LinearVelocity;
        private Vector3? _spareLinearVelocity;

        /// <summary>Sets LinearVelocity and gives it, to be filled.</summary>
        public Vector3 SetLinearVelocity()
        {
            if (LinearVelocity == null)
            {
                LinearVelocity = _spareLinearVelocity ?? (_spareLinearVelocity = new Vector3());
                LinearVelocity.Clear();
            }
            return LinearVelocity;
        }
        /// <summary>Time at which position holds, as Obstacle.time_s.</summary>
        public double TimeS;
        public bool HasTimeS;
        /// <summary>Importance against other wishes, greater than 0 and at most 1000. Default: 1.</summary>
        public float Weight;
        public bool HasWeight;

        public override void Clear()
        {
            Position = null;
            LinearVelocity = null;
            TimeS = 0d;
            HasTimeS = false;
            Weight = 0f;
            HasWeight = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Position != null)
            {
                int nested = Position.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (LinearVelocity != null)
            {
                int nested = LinearVelocity.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (HasTimeS)
            {
                size += 1 + 8;
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
            if (Position != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)Position.CachedSize);
                Position.WriteTo(writer);
            }
            if (LinearVelocity != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)LinearVelocity.CachedSize);
                LinearVelocity.WriteTo(writer);
            }
            if (HasTimeS)
            {
                writer.Varint(25);
                writer.Double(TimeS);
            }
            if (HasWeight)
            {
                writer.Varint(37);
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
                    case 10: // Position
                        {
                            WireReader nested = reader.ReadNested();
                            SetPosition().MergeFrom(ref nested);
                        }
                        break;
                    case 18: // LinearVelocity
                        {
                            WireReader nested = reader.ReadNested();
                            SetLinearVelocity().MergeFrom(ref nested);
                        }
                        break;
                    case 25: // TimeS
                        TimeS = reader.ReadDouble();
                        HasTimeS = true;
                        break;
                    case 37: // Weight
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
