// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>The skeleton every motion is on. Fixed while a server runs; its bone lengths never change.</summary>
    public sealed class Skeleton : LampMessage
    {
        /// <summary>In the order of every packed field of Frame; the root is first.</summary>
        public readonly RepeatedMessage<Joint> Joints = new RepeatedMessage<Joint>();
        /// <summary>Changes when names, parents or rest offsets do. Cache the retargeting by it.</summary>
        public string Hash = string.Empty;
        /// <summary>Names of the joints that Frame.contacts is about, in its order.</summary>
        public readonly RepeatedValue<string> ContactJoints = new RepeatedValue<string>();

        public override void Clear()
        {
            Joints.Clear();
            Hash = string.Empty;
            ContactJoints.Clear();
        }

        public override int ComputeSize()
        {
            int size = 0;
            for (int i = 0; i < Joints.Count; i++)
            {
                int nested = Joints[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Hash.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Hash);
            }
            for (int i = 0; i < ContactJoints.Count; i++)
            {
                size += 1 + WireWriter.SizeOf(ContactJoints[i]);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            for (int i = 0; i < Joints.Count; i++)
            {
                writer.Varint(10);
                writer.Varint((ulong)Joints[i].CachedSize);
                Joints[i].WriteTo(writer);
            }
            if (Hash.Length > 0)
            {
                writer.Varint(18);
                writer.String(Hash);
            }
            for (int i = 0; i < ContactJoints.Count; i++)
            {
                writer.Varint(26);
                writer.String(ContactJoints[i]);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Joints
                        {
                            WireReader nested = reader.ReadElement(Joints.Count);
                            Joints.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 18: // Hash
                        Hash = reader.ReadString();
                        break;
                    case 26: // ContactJoints
                        ContactJoints.Add(reader.ReadString());
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
