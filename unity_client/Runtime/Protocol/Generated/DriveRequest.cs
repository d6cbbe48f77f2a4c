// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class DriveRequest : LampMessage
    {
        /// <summary>First, and only once.</summary>
        public Hello? Hello;
        private Hello? _spareHello;

        /// <summary>Sets Hello and gives it, to be filled.</summary>
        public Hello SetHello()
        {
            SceneUpdate = null;
            Prompt = null;
            Playhead = null;
            Bye = null;
            if (Hello == null)
            {
                Hello = _spareHello ?? (_spareHello = new Hello());
                Hello.Clear();
            }
            return Hello;
        }
        public SceneUpdate? SceneUpdate;
        private SceneUpdate? _spareSceneUpdate;

        /// <summary>Sets SceneUpdate and gives it, to be filled.</summary>
        public SceneUpdate SetSceneUpdate()
        {
            Hello = null;
            Prompt = null;
            Playhead = null;
            Bye = null;
            if (SceneUpdate == null)
            {
                SceneUpdate = _spareSceneUpdate ?? (_spareSceneUpdate = new SceneUpdate());
                SceneUpdate.Clear();
            }
            return SceneUpdate;
        }
        public Prompt? Prompt;
        private Prompt? _sparePrompt;

        /// <summary>Sets Prompt and gives it, to be filled.</summary>
        public Prompt SetPrompt()
        {
            Hello = null;
            SceneUpdate = null;
            Playhead = null;
            Bye = null;
            if (Prompt == null)
            {
                Prompt = _sparePrompt ?? (_sparePrompt = new Prompt());
                Prompt.Clear();
            }
            return Prompt;
        }
        public Playhead? Playhead;
        private Playhead? _sparePlayhead;

        /// <summary>Sets Playhead and gives it, to be filled.</summary>
        public Playhead SetPlayhead()
        {
            Hello = null;
            SceneUpdate = null;
            Prompt = null;
            Bye = null;
            if (Playhead == null)
            {
                Playhead = _sparePlayhead ?? (_sparePlayhead = new Playhead());
                Playhead.Clear();
            }
            return Playhead;
        }
        public Bye? Bye;
        private Bye? _spareBye;

        /// <summary>Sets Bye and gives it, to be filled.</summary>
        public Bye SetBye()
        {
            Hello = null;
            SceneUpdate = null;
            Prompt = null;
            Playhead = null;
            if (Bye == null)
            {
                Bye = _spareBye ?? (_spareBye = new Bye());
                Bye.Clear();
            }
            return Bye;
        }

        /// <summary>Number of the field of Message that is set; 0: none.</summary>
        public int MessageCase => Hello != null ? 1 : SceneUpdate != null ? 2 : Prompt != null ? 3 : Playhead != null ? 4 : Bye != null ? 5 : 0;

        public override void Clear()
        {
            Hello = null;
            SceneUpdate = null;
            Prompt = null;
            Playhead = null;
            Bye = null;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Hello != null)
            {
                int nested = Hello.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (SceneUpdate != null)
            {
                int nested = SceneUpdate.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Prompt != null)
            {
                int nested = Prompt.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Playhead != null)
            {
                int nested = Playhead.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Bye != null)
            {
                int nested = Bye.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Hello != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)Hello.CachedSize);
                Hello.WriteTo(writer);
            }
            if (SceneUpdate != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)SceneUpdate.CachedSize);
                SceneUpdate.WriteTo(writer);
            }
            if (Prompt != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)Prompt.CachedSize);
                Prompt.WriteTo(writer);
            }
            if (Playhead != null)
            {
                writer.Varint(34);
                writer.Varint((ulong)Playhead.CachedSize);
                Playhead.WriteTo(writer);
            }
            if (Bye != null)
            {
                writer.Varint(42);
                writer.Varint((ulong)Bye.CachedSize);
                Bye.WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Hello
                        {
                            WireReader nested = reader.ReadNested();
                            SetHello().MergeFrom(ref nested);
                        }
                        break;
                    case 18: // SceneUpdate
                        {
                            WireReader nested = reader.ReadNested();
                            SetSceneUpdate().MergeFrom(ref nested);
                        }
                        break;
                    case 26: // Prompt
                        {
                            WireReader nested = reader.ReadNested();
                            SetPrompt().MergeFrom(ref nested);
                        }
                        break;
                    case 34: // Playhead
                        {
                            WireReader nested = reader.ReadNested();
                            SetPlayhead().MergeFrom(ref nested);
                        }
                        break;
                    case 42: // Bye
                        {
                            WireReader nested = reader.ReadNested();
                            SetBye().MergeFrom(ref nested);
                        }
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
