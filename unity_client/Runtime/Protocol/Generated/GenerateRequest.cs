// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class GenerateRequest : LampMessage
    {
        /// <summary>One clip each, 1 to 16 prompts, each as Hello.prompt.</summary>
        public readonly RepeatedValue<string> Prompts = new RepeatedValue<string>();
        /// <summary>Length of each clip, 1 s to GetServerInfoResponse.max_clip_s. Default (0): 6.</summary>
        public float DurationS;
        /// <summary>The same seed and prompts give the same clips. Default: 0.</summary>
        public ulong Seed;
        /// <summary>How closely to follow the prompt, 0 to 20. Default: the model's.</summary>
        public float Guidance;
        public bool HasGuidance;
        /// <summary>Axes and unit of the answer. Default: MODEL.</summary>
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

        public override void Clear()
        {
            Prompts.Clear();
            DurationS = 0f;
            Seed = 0;
            Guidance = 0f;
            HasGuidance = false;
            CoordinateSystem = null;
            Fps = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            for (int i = 0; i < Prompts.Count; i++)
            {
                size += 1 + WireWriter.SizeOf(Prompts[i]);
            }
            if (System.BitConverter.SingleToInt32Bits(DurationS) != 0)
            {
                size += 1 + 4;
            }
            if (Seed != 0)
            {
                size += 1 + WireWriter.SizeOf(Seed);
            }
            if (HasGuidance)
            {
                size += 1 + 4;
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
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            for (int i = 0; i < Prompts.Count; i++)
            {
                writer.Varint(10);
                writer.String(Prompts[i]);
            }
            if (System.BitConverter.SingleToInt32Bits(DurationS) != 0)
            {
                writer.Varint(21);
                writer.Float(DurationS);
            }
            if (Seed != 0)
            {
                writer.Varint(24);
                writer.Varint(Seed);
            }
            if (HasGuidance)
            {
                writer.Varint(37);
                writer.Float(Guidance);
            }
            if (CoordinateSystem != null)
            {
                writer.Varint(42);
                writer.Varint((ulong)CoordinateSystem.CachedSize);
                CoordinateSystem.WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(Fps) != 0)
            {
                writer.Varint(53);
                writer.Float(Fps);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 10: // Prompts
                        Prompts.Add(reader.ReadString());
                        break;
                    case 21: // DurationS
                        DurationS = reader.ReadFloat();
                        break;
                    case 24: // Seed
                        Seed = reader.ReadVarint();
                        break;
                    case 37: // Guidance
                        Guidance = reader.ReadFloat();
                        HasGuidance = true;
                        break;
                    case 42: // CoordinateSystem
                        {
                            WireReader nested = reader.ReadNested();
                            SetCoordinateSystem().MergeFrom(ref nested);
                        }
                        break;
                    case 53: // Fps
                        Fps = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
