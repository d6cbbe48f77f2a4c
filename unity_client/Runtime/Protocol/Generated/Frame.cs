// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>The pose at one instant.</summary>
    public sealed class Frame : LampMessage
    {
        /// <summary>Number of the frame: time_s = index / fps. Starts at 0.</summary>
        public long Index;
        /// <summary>Session time (Drive) or clip time (Generate, Optimize) in seconds.</summary>
        public double TimeS;
        /// <summary>World position of the root joint (the pelvis), client units.</summary>
        public Vector3? RootPosition;
        private Vector3? _spareRootPosition;

        /// <summary>Sets RootPosition and gives it, to be filled.</summary>
        public Vector3 SetRootPosition()
        {
            if (RootPosition == null)
            {
                RootPosition = _spareRootPosition ?? (_spareRootPosition = new Vector3());
                RootPosition.Clear();
            }
            return RootPosition;
        }
        /// <summary>
        /// 4 numbers (x, y, z, w) per joint: its rotation relative to its parent's, against the rest pose. The root's is its
        /// rotation in the world. With root_position and Joint.rest_offset this gives joint_positions exactly.
        /// </summary>
        public readonly RepeatedValue<float> LocalRotations = new RepeatedValue<float>();
        /// <summary>3 numbers (x, y, z) per joint: its position in the world, client units.</summary>
        public readonly RepeatedValue<float> JointPositions = new RepeatedValue<float>();
        /// <summary>One number per contact joint, 0 to 1: how surely it touches the floor.</summary>
        public readonly RepeatedValue<float> Contacts = new RepeatedValue<float>();
        /// <summary>The plan that made this frame (Drive), 0 elsewhere.</summary>
        public ulong PlanId;

        public override void Clear()
        {
            Index = 0;
            TimeS = 0d;
            RootPosition = null;
            LocalRotations.Clear();
            JointPositions.Clear();
            Contacts.Clear();
            PlanId = 0;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Index != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)Index);
            }
            if (System.BitConverter.DoubleToInt64Bits(TimeS) != 0)
            {
                size += 1 + 8;
            }
            if (RootPosition != null)
            {
                int nested = RootPosition.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (LocalRotations.Count > 0)
            {
                int packed = 4 * LocalRotations.Count;
                size += 1 + WireWriter.SizeOf((ulong)packed) + packed;
            }
            if (JointPositions.Count > 0)
            {
                int packed = 4 * JointPositions.Count;
                size += 1 + WireWriter.SizeOf((ulong)packed) + packed;
            }
            if (Contacts.Count > 0)
            {
                int packed = 4 * Contacts.Count;
                size += 1 + WireWriter.SizeOf((ulong)packed) + packed;
            }
            if (PlanId != 0)
            {
                size += 1 + WireWriter.SizeOf(PlanId);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Index != 0)
            {
                writer.Varint(8);
                writer.Varint((ulong)Index);
            }
            if (System.BitConverter.DoubleToInt64Bits(TimeS) != 0)
            {
                writer.Varint(17);
                writer.Double(TimeS);
            }
            if (RootPosition != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)RootPosition.CachedSize);
                RootPosition.WriteTo(writer);
            }
            if (LocalRotations.Count > 0)
            {
                writer.Varint(34);
                writer.Varint((ulong)(4 * LocalRotations.Count));
                for (int i = 0; i < LocalRotations.Count; i++)
                {
                    writer.Float(LocalRotations[i]);
                }
            }
            if (JointPositions.Count > 0)
            {
                writer.Varint(42);
                writer.Varint((ulong)(4 * JointPositions.Count));
                for (int i = 0; i < JointPositions.Count; i++)
                {
                    writer.Float(JointPositions[i]);
                }
            }
            if (Contacts.Count > 0)
            {
                writer.Varint(50);
                writer.Varint((ulong)(4 * Contacts.Count));
                for (int i = 0; i < Contacts.Count; i++)
                {
                    writer.Float(Contacts[i]);
                }
            }
            if (PlanId != 0)
            {
                writer.Varint(56);
                writer.Varint(PlanId);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Index
                        Index = (long)reader.ReadVarint();
                        break;
                    case 17: // TimeS
                        TimeS = reader.ReadDouble();
                        break;
                    case 26: // RootPosition
                        {
                            WireReader nested = reader.ReadNested();
                            SetRootPosition().MergeFrom(ref nested);
                        }
                        break;
                    case 37: // LocalRotations
                        LocalRotations.Add(reader.ReadFloat());
                        break;
                    case 34: // LocalRotations
                        reader.ReadPackedFloats(LocalRotations);
                        break;
                    case 45: // JointPositions
                        JointPositions.Add(reader.ReadFloat());
                        break;
                    case 42: // JointPositions
                        reader.ReadPackedFloats(JointPositions);
                        break;
                    case 53: // Contacts
                        Contacts.Add(reader.ReadFloat());
                        break;
                    case 50: // Contacts
                        reader.ReadPackedFloats(Contacts);
                        break;
                    case 56: // PlanId
                        PlanId = reader.ReadVarint();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
