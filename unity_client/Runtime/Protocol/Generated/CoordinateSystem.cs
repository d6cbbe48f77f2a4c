// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// The axes and the unit of length of one client. Named once (Hello, or each unary request); from then on every position,
    /// rotation, velocity and size in both directions is in it. Angles are always radians, times always seconds.
    ///
    /// preset    axes (x, y, z)             handedness  unit
    /// MODEL     left, up, forward          right       1 m     (same as glTF)
    /// UNITY     right, up, forward         left        1 m
    /// UNREAL    forward, right, up         left        0.01 m
    /// BLENDER   left, back, up             right       1 m
    ///
    /// "left", "forward" ... are those of a character that stands in its rest pose without any rotation.
    /// </summary>
    public sealed class CoordinateSystem : LampMessage
    {
        /// <summary>A known engine. Leave out to name the axes one by one.</summary>
        public CoordinateSystemPreset Preset;
        /// <summary>
        /// Axes of an engine without a preset: all three or none, each of left/right, up/down, forward/back once. They decide
        /// the handedness. Must not be set together with a preset.
        /// </summary>
        public CoordinateSystemDirection XAxis;
        public CoordinateSystemDirection YAxis;
        public CoordinateSystemDirection ZAxis;
        /// <summary>Length of one client unit in metres, 0.0001 to 1000. Default (0): that of the preset, 1 without one.</summary>
        public float MetresPerUnit;

        public override void Clear()
        {
            Preset = 0;
            XAxis = 0;
            YAxis = 0;
            ZAxis = 0;
            MetresPerUnit = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Preset != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)Preset);
            }
            if (XAxis != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)XAxis);
            }
            if (YAxis != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)YAxis);
            }
            if (ZAxis != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)ZAxis);
            }
            if (System.BitConverter.SingleToInt32Bits(MetresPerUnit) != 0)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Preset != 0)
            {
                writer.Varint(8);
                writer.Varint((ulong)(long)Preset);
            }
            if (XAxis != 0)
            {
                writer.Varint(16);
                writer.Varint((ulong)(long)XAxis);
            }
            if (YAxis != 0)
            {
                writer.Varint(24);
                writer.Varint((ulong)(long)YAxis);
            }
            if (ZAxis != 0)
            {
                writer.Varint(32);
                writer.Varint((ulong)(long)ZAxis);
            }
            if (System.BitConverter.SingleToInt32Bits(MetresPerUnit) != 0)
            {
                writer.Varint(45);
                writer.Float(MetresPerUnit);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Preset
                        Preset = (CoordinateSystemPreset)(int)reader.ReadVarint();
                        break;
                    case 16: // XAxis
                        XAxis = (CoordinateSystemDirection)(int)reader.ReadVarint();
                        break;
                    case 24: // YAxis
                        YAxis = (CoordinateSystemDirection)(int)reader.ReadVarint();
                        break;
                    case 32: // ZAxis
                        ZAxis = (CoordinateSystemDirection)(int)reader.ReadVarint();
                        break;
                    case 45: // MetresPerUnit
                        MetresPerUnit = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
