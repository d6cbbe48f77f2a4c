// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class OptimizeRequest : LampMessage
    {
        /// <summary>1 to 16, done together.</summary>
        public readonly RepeatedMessage<OptimizeTask> Tasks = new RepeatedMessage<OptimizeTask>();
        /// <summary>Optimisation steps, 1 to 1000. Default (0): 100.</summary>
        public uint Steps;
        /// <summary>
        /// Stop after this many seconds with the best found, 0.1 to 600; waiting for a turn does not count. Default: no limit.
        /// Keep the deadline of the call longer than this: what misses that one is lost.
        /// </summary>
        public float TimeLimitS;
        public bool HasTimeLimitS;
        /// <summary>Independent starts per task, of which the best is kept, 1 to 8. Default (0): 1.</summary>
        public uint Starts;
        /// <summary>Default: 0.</summary>
        public ulong Seed;
        /// <summary>Axes and unit of request and answer. Default: MODEL.</summary>
        public CoordinateSystem? CoordinateSystem;
        private CoordinateSystem? _spareCoordinateSystem;

        /// <summary>Sets CoordinateSystem and gives it, to be filled.</summary>
        public CoordinateSystem SetCoordinateSystem()
        {
            if (CoordinateSystem == null)
            {
                CoordinateSystem = _spareCoordinateSystem ?? (_spareCoordinateSystem = new CoordinateSystem());
                CoordinateSystem.Clear();
            }
            return CoordinateSystem;
        }
        /// <summary>Frames per second of the answer, 1 to 240. Default (0): the model's.</summary>
        public float Fps;
        /// <summary>Send the best motion so far about this often, 0.2 to 60 s. Default: never.</summary>
        public float PreviewIntervalS;
        public bool HasPreviewIntervalS;

        public override void Clear()
        {
            Tasks.Clear();
            Steps = 0;
            TimeLimitS = 0f;
            HasTimeLimitS = false;
            Starts = 0;
            Seed = 0;
            CoordinateSystem = null;
            Fps = 0f;
            PreviewIntervalS = 0f;
            HasPreviewIntervalS = false;
        }

        public override int ComputeSize()
        {
            int size = 0;
            for (int i = 0; i < Tasks.Count; i++)
            {
                int nested = Tasks[i].ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Steps != 0)
            {
                size += 1 + WireWriter.SizeOf(Steps);
            }
            if (HasTimeLimitS)
            {
                size += 1 + 4;
            }
            if (Starts != 0)
            {
                size += 1 + WireWriter.SizeOf(Starts);
            }
            if (Seed != 0)
            {
                size += 1 + WireWriter.SizeOf(Seed);
            }
            if (CoordinateSystem != null)
            {
                int nested = CoordinateSystem.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                size += 1 + 4;
            }
            if (HasPreviewIntervalS)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            for (int i = 0; i < Tasks.Count; i++)
            {
                writer.Varint(10);
                writer.Varint((ulong)Tasks[i].CachedSize);
                Tasks[i].WriteTo(writer);
            }
            if (Steps != 0)
            {
                writer.Varint(16);
                writer.Varint(Steps);
            }
            if (HasTimeLimitS)
            {
                writer.Varint(29);
                writer.Float(TimeLimitS);
            }
            if (Starts != 0)
            {
                writer.Varint(32);
                writer.Varint(Starts);
            }
            if (Seed != 0)
            {
                writer.Varint(40);
                writer.Varint(Seed);
            }
            if (CoordinateSystem != null)
            {
                writer.Varint(50);
                writer.Varint((ulong)CoordinateSystem.CachedSize);
                CoordinateSystem.WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                writer.Varint(61);
                writer.Float(Fps);
            }
            if (HasPreviewIntervalS)
            {
                writer.Varint(69);
                writer.Float(PreviewIntervalS);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Tasks
                        {
                            WireReader nested = reader.ReadElement(Tasks.Count);
                            Tasks.Add().MergeFrom(ref nested);
                        }
                        break;
                    case 16: // Steps
                        Steps = (uint)reader.ReadVarint();
                        break;
                    case 29: // TimeLimitS
                        TimeLimitS = reader.ReadFloat();
                        HasTimeLimitS = true;
                        break;
                    case 32: // Starts
                        Starts = (uint)reader.ReadVarint();
                        break;
                    case 40: // Seed
                        Seed = reader.ReadVarint();
                        break;
                    case 50: // CoordinateSystem
                        {
                            WireReader nested = reader.ReadNested();
                            SetCoordinateSystem().MergeFrom(ref nested);
                        }
                        break;
                    case 61: // Fps
                        Fps = reader.ReadFloat();
                        break;
                    case 69: // PreviewIntervalS
                        PreviewIntervalS = reader.ReadFloat();
                        HasPreviewIntervalS = true;
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
