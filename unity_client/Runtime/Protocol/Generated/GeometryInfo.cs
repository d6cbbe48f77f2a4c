// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class GeometryInfo : LampMessage
    {
        public string Id = string.Empty;
        public GeometryInfoState State;
        /// <summary>0 to 1 while building.</summary>
        public float Progress;
        public GeometryInfoSignRule SignRule;
        /// <summary>Why it failed, or what should be mended in the asset (holes, degenerate triangles); empty when all is well.</summary>
        public string Problem = string.Empty;
        /// <summary>Cells along x, y, z of the model's axes, and their edge in metres.</summary>
        public readonly RepeatedValue<uint> Cells = new RepeatedValue<uint>();
        public float CellM;
        /// <summary>What computing took, seconds; 0 when it came from the cache.</summary>
        public float BuildS;

        public override void Clear()
        {
            Id = string.Empty;
            State = 0;
            Progress = 0f;
            SignRule = 0;
            Problem = string.Empty;
            Cells.Clear();
            CellM = 0f;
            BuildS = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Id.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Id);
            }
            if (State != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)State);
            }
            if (System.BitConverter.SingleToInt32Bits(Progress) != 0)
            {
                size += 1 + 4;
            }
            if (SignRule != 0)
            {
                size += 1 + WireWriter.SizeOf((ulong)(long)SignRule);
            }
            if (Problem.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Problem);
            }
            if (Cells.Count > 0)
            {
                int packed = WireWriter.SizeOf(Cells);
                size += 1 + WireWriter.SizeOf((ulong)packed) + packed;
            }
            if (System.BitConverter.SingleToInt32Bits(CellM) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(BuildS) != 0)
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
            if (State != 0)
            {
                writer.Varint(16);
                writer.Varint((ulong)(long)State);
            }
            if (System.BitConverter.SingleToInt32Bits(Progress) != 0)
            {
                writer.Varint(29);
                writer.Float(Progress);
            }
            if (SignRule != 0)
            {
                writer.Varint(32);
                writer.Varint((ulong)(long)SignRule);
            }
            if (Problem.Length > 0)
            {
                writer.Varint(42);
                writer.String(Problem);
            }
            if (Cells.Count > 0)
            {
                writer.Varint(50);
                writer.Varint((ulong)(WireWriter.SizeOf(Cells)));
                for (int i = 0; i < Cells.Count; i++)
                {
                    writer.Varint(Cells[i]);
                }
            }
            if (System.BitConverter.SingleToInt32Bits(CellM) != 0)
            {
                writer.Varint(61);
                writer.Float(CellM);
            }
            if (System.BitConverter.SingleToInt32Bits(BuildS) != 0)
            {
                writer.Varint(69);
                writer.Float(BuildS);
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
                    case 16: // State
                        State = (GeometryInfoState)(int)reader.ReadVarint();
                        break;
                    case 29: // Progress
                        Progress = reader.ReadFloat();
                        break;
                    case 32: // SignRule
                        SignRule = (GeometryInfoSignRule)(int)reader.ReadVarint();
                        break;
                    case 42: // Problem
                        Problem = reader.ReadString();
                        break;
                    case 48: // Cells
                        Cells.Add((uint)reader.ReadVarint());
                        break;
                    case 50: // Cells
                        {
                            WireReader packed = reader.ReadNested();
                            while (!packed.AtEnd)
                            {
                                Cells.Add((uint)packed.ReadVarint());
                            }
                        }
                        break;
                    case 61: // CellM
                        CellM = reader.ReadFloat();
                        break;
                    case 69: // BuildS
                        BuildS = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
