// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class GeometryChunk : LampMessage
    {
        /// <summary>x, y, z of vertices, or heights row by row, each within 1 km of the origin and finite.</summary>
        public readonly RepeatedValue<float> Values = new RepeatedValue<float>();
        /// <summary>Three per triangle, each less than vertex_count. Only for meshes, and only after all vertices.</summary>
        public readonly RepeatedValue<uint> Indices = new RepeatedValue<uint>();

        public override void Clear()
        {
            Values.Clear();
            Indices.Clear();
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Values.Count > 0)
            {
                int packed = 4 * Values.Count;
                size += 1 + WireWriter.SizeOf((ulong)packed) + packed;
            }
            if (Indices.Count > 0)
            {
                int packed = WireWriter.SizeOf(Indices);
                size += 1 + WireWriter.SizeOf((ulong)packed) + packed;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Values.Count > 0)
            {
                writer.Varint(10);
                writer.Varint((ulong)(4 * Values.Count));
                for (int i = 0; i < Values.Count; i++)
                {
                    writer.Float(Values[i]);
                }
            }
            if (Indices.Count > 0)
            {
                writer.Varint(18);
                writer.Varint((ulong)(WireWriter.SizeOf(Indices)));
                for (int i = 0; i < Indices.Count; i++)
                {
                    writer.Varint(Indices[i]);
                }
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 13: // Values
                        Values.Add(reader.ReadFloat());
                        break;
                    case 10: // Values
                        reader.ReadPackedFloats(Values);
                        break;
                    case 16: // Indices
                        Indices.Add((uint)reader.ReadVarint());
                        break;
                    case 18: // Indices
                        {
                            WireReader packed = reader.ReadNested();
                            while (!packed.AtEnd)
                            {
                                Indices.Add((uint)packed.ReadVarint());
                            }
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
