// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class DriveResponse : LampMessage
    {
        /// <summary>First, and only once.</summary>
        public Welcome? Welcome;
        private Welcome? _spareWelcome;

        /// <summary>Sets Welcome and gives it, to be filled.</summary>
        public Welcome SetWelcome()
        {
            Plan = null;
            Frames = null;
            Notice = null;
            GoingAway = null;
            if (Welcome == null)
            {
                Welcome = _spareWelcome ?? (_spareWelcome = new Welcome());
                Welcome.Clear();
            }
            return Welcome;
        }
        public Plan? Plan;
        private Plan? _sparePlan;

        /// <summary>Sets Plan and gives it, to be filled.</summary>
        public Plan SetPlan()
        {
            Welcome = null;
            Frames = null;
            Notice = null;
            GoingAway = null;
            if (Plan == null)
            {
                Plan = _sparePlan ?? (_sparePlan = new Plan());
                Plan.Clear();
            }
            return Plan;
        }
        public Frames? Frames;
        private Frames? _spareFrames;

        /// <summary>Sets Frames and gives it, to be filled.</summary>
        public Frames SetFrames()
        {
            Welcome = null;
            Plan = null;
            Notice = null;
            GoingAway = null;
            if (Frames == null)
            {
                Frames = _spareFrames ?? (_spareFrames = new Frames());
                Frames.Clear();
            }
            return Frames;
        }
        public Notice? Notice;
        private Notice? _spareNotice;

        /// <summary>Sets Notice and gives it, to be filled.</summary>
        public Notice SetNotice()
        {
            Welcome = null;
            Plan = null;
            Frames = null;
            GoingAway = null;
            if (Notice == null)
            {
                Notice = _spareNotice ?? (_spareNotice = new Notice());
                Notice.Clear();
            }
            return Notice;
        }
        public GoingAway? GoingAway;
        private GoingAway? _spareGoingAway;

        /// <summary>Sets GoingAway and gives it, to be filled.</summary>
        public GoingAway SetGoingAway()
        {
            Welcome = null;
            Plan = null;
            Frames = null;
            Notice = null;
            if (GoingAway == null)
            {
                GoingAway = _spareGoingAway ?? (_spareGoingAway = new GoingAway());
                GoingAway.Clear();
            }
            return GoingAway;
        }

        /// <summary>Number of the field of Message that is set; 0: none.</summary>
        public int MessageCase => Welcome != null ? 1 : Plan != null ? 2 : Frames != null ? 3 : Notice != null ? 4 : GoingAway != null ? 5 : 0;

        public override void Clear()
        {
            Welcome = null;
            Plan = null;
            Frames = null;
            Notice = null;
            GoingAway = null;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Welcome != null)
            {
                int nested = Welcome.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Plan != null)
            {
                int nested = Plan.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Frames != null)
            {
                int nested = Frames.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Notice != null)
            {
                int nested = Notice.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (GoingAway != null)
            {
                int nested = GoingAway.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Welcome != null)
            {
                writer.Varint(10);
                writer.Varint((ulong)Welcome.CachedSize);
                Welcome.WriteTo(writer);
            }
            if (Plan != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)Plan.CachedSize);
                Plan.WriteTo(writer);
            }
            if (Frames != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)Frames.CachedSize);
                Frames.WriteTo(writer);
            }
            if (Notice != null)
            {
                writer.Varint(34);
                writer.Varint((ulong)Notice.CachedSize);
                Notice.WriteTo(writer);
            }
            if (GoingAway != null)
            {
                writer.Varint(42);
                writer.Varint((ulong)GoingAway.CachedSize);
                GoingAway.WriteTo(writer);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Welcome
                        {
                            WireReader nested = reader.ReadNested();
                            SetWelcome().MergeFrom(ref nested);
                        }
                        break;
                    case 18: // Plan
                        {
                            WireReader nested = reader.ReadNested();
                            SetPlan().MergeFrom(ref nested);
                        }
                        break;
                    case 26: // Frames
                        {
                            WireReader nested = reader.ReadNested();
                            SetFrames().MergeFrom(ref nested);
                        }
                        break;
                    case 34: // Notice
                        {
                            WireReader nested = reader.ReadNested();
                            SetNotice().MergeFrom(ref nested);
                        }
                        break;
                    case 42: // GoingAway
                        {
                            WireReader nested = reader.ReadNested();
                            SetGoingAway().MergeFrom(ref nested);
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
