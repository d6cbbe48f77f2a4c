// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>A way to walk along: the pelvis follows it, ignoring the up axis. There is one at a time.</summary>
    public sealed class Path : LampMessage
    {
        /// <summary>1 to 64, in order. The first need not be where the character is: it goes there first.</summary>
        public readonly RepeatedMessage<Waypoint> Waypoints = new RepeatedMessage<Waypoint>();
        /// <summary>Walking speed where waypoints name no arrival time, client units per second, 0.1 to 8 m/s. Default (0): 1.1 m/s.</summary>
        public float Speed;
        /// <summary>From the last waypoint to the first again, without end; arrival times are not used then.</summary>
        public bool Loop;
        /// <summary>Importance against other wishes, greater than 0 and at most 1000. Default: 1.</summary>
        public float Weight;
        public bool HasWeight;

        public override void Clear()
        {
            Waypoints.Clear();
            Speed = 0f;
            Loop = false;
            Weight = 0f;
            HasWeight = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            for (int i = 0; i < Waypoints.Count; i++)
            {
                int nested = Waypoints[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.SingleToInt32Bits(Speed) != 0)
            {
                size += 1 + 4;
            }
            if (Loop)
            {
                size += 1 + WireWriter.SizeOf(Loop ? 1UL : 0UL);
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
            for (int i = 0; i < Waypoints.Count; i++)
            {
                writer.Varint(10);
                writer.Varint((ulong)Waypoints[i].CachedSize);
                Waypoints[i].WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(Speed) != 0)
            {
                writer.Varint(21);
                writer.Float(Speed);
            }
            if (Loop)
            {
                writer.Varint(24);
                writer.Varint(Loop ? 1UL : 0UL);
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
                    case 10: // Waypoints
                        {
                            WireReader nested = reader.ReadElement(Waypoints.Count);
                            Waypoints.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 21: // Speed
                        Speed = reader.ReadFloat();
                        break;
                    case 24: // Loop
                        Loop = reader.ReadVarint() != 0;
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
