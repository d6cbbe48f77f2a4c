// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>What to do from now on.</summary>
    public sealed class Prompt : LampMessage
    {
        /// <summary>As in SceneUpdate.</summary>
        public ulong Revision;
        /// <summary>As Hello.prompt.</summary>
        public string Text = string.Empty;

        public override void Clear()
        {
            Revision = 0;
            Text = string.Empty;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Revision != 0)
            {
                size += 1 + WireWriter.SizeOf(Revision);
            }
            if (Text.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Text);
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Revision != 0)
            {
                writer.Varint(8);
                writer.Varint(Revision);
            }
            if (Text.Length > 0)
            {
                writer.Varint(18);
                writer.String(Text);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Revision
                        Revision = reader.ReadVarint();
                        break;
                    case 18: // Text
                        Text = reader.ReadString();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
