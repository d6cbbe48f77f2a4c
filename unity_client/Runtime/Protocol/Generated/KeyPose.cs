// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>A pose to be in at a time: all joints, or those named.</summary>
    public sealed class KeyPose : LampMessage
    {
        /// <summary>Chosen by the client, 1 to 64 characters. Sending an id again replaces that pose.</summary>
        public string Id = string.Empty;
        /// <summary>When, session time (Drive) or clip time (Optimize). Required.</summary>
        public double TimeS;
        public bool HasTimeS;
        /// <summary>How long to stay in it, 0 to 3600 s. Default: 0.</summary>
        public float HoldS;
        /// <summary>
        /// The pose in the world: fill joint_positions, or root_position and local_rotations. Bones are brought to the lengths
        /// of the skeleton; index, time_s, contacts and plan_id are not read.
        /// </summary>
        public Frame? Pose;
        private Frame? _sparePose;

        /// <summary>Sets Pose and gives it, to be filled.</summary>
        public Frame SetPose()
        {
            if (Pose == null)
            {
                Pose = _sparePose ?? (_sparePose = new Frame());
                Pose.Clear();
            }
            return Pose;
        }
        /// <summary>Names of the joints that count. Default: all.</summary>
        public readonly RepeatedValue<string> Joints = new RepeatedValue<string>();
        /// <summary>Only the shape of the body counts, not where it is or which way it faces.</summary>
        public bool Anywhere;
        /// <summary>Importance against other wishes, greater than 0 and at most 1000. Default: 1.</summary>
        public float Weight;
        public bool HasWeight;

        public override void Clear()
        {
            Id = string.Empty;
            TimeS = 0d;
            HasTimeS = false;
            HoldS = 0f;
            Pose = null;
            Joints.Clear();
            Anywhere = false;
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
            if (HasTimeS)
            {
                size += 1 + 8;
            }
            if (System.BitConverter.SingleToInt32Bits(HoldS) != 0)
            {
                size += 1 + 4;
            }
            if (Pose != null)
            {
                int nested = Pose.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            for (int i = 0; i < Joints.Count; i++)
            {
                size += 1 + WireWriter.SizeOf(Joints[i]);
            }
            if (Anywhere)
            {
                size += 1 + WireWriter.SizeOf(Anywhere ? 1UL : 0UL);
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
            if (HasTimeS)
            {
                writer.Varint(17);
                writer.Double(TimeS);
            }
            if (System.BitConverter.SingleToInt32Bits(HoldS) != 0)
            {
                writer.Varint(29);
                writer.Float(HoldS);
            }
            if (Pose != null)
            {
                writer.Varint(34);
                writer.Varint((ulong)Pose.CachedSize);
                Pose.WriteTo(writer);
            }
            for (int i = 0; i < Joints.Count; i++)
            {
                writer.Varint(42);
                writer.String(Joints[i]);
            }
            if (Anywhere)
            {
                writer.Varint(48);
                writer.Varint(Anywhere ? 1UL : 0UL);
            }
            if (HasWeight)
            {
                writer.Varint(61);
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
                    case 17: // TimeS
                        TimeS = reader.ReadDouble();
                        HasTimeS = true;
                        break;
                    case 29: // HoldS
                        HoldS = reader.ReadFloat();
                        break;
                    case 34: // Pose
                        {
                            WireReader nested = reader.ReadNested();
                            SetPose().MergeFrom(ref nested);
                        }
                        break;
                    case 42: // Joints
                        Joints.Add(reader.ReadString());
                        break;
                    case 48: // Anywhere
                        Anywhere = reader.ReadVarint() != 0;
                        break;
                    case 61: // Weight
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
