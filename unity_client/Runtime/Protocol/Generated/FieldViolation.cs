// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class FieldViolation : LampMessage
    {
        /// <summary>Path of the field, such as "scene_update.put_obstacles[2].position.x".</summary>
        public string Field = string.Empty;
        /// <summary>What is wrong, what the limit is and how to mend it.</summary>
        public string Description = string.Empty;

        public override void Clear()
        {
            Field = string.Empty;
            Description = string.Empty;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Field.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Field);
            }
            if (Description.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Description);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Field.Length > 0)
            {
                writer.Varint(10);
                writer.String(Field);
            }
            if (Description.Length > 0)
            {
                writer.Varint(18);
                writer.String(Description);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Field
                        Field = reader.ReadString();
                        break;
                    case 18: // Description
                        Description = reader.ReadString();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
