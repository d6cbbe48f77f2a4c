// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    public sealed class GeometryHeader : LampMessage
    {
        /// <summary>As described above. A content that does not hash to it is refused with DATA_LOSS.</summary>
        public string Id = string.Empty;
        /// <summary>Axes and unit of the vertices. Sessions that refer to the geometry must use the same. Default: MODEL.</summary>
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
        public TriangleMesh? Mesh;
        private TriangleMesh? _spareMesh;

        /// <summary>Sets Mesh and gives it, to be filled.</summary>
        public TriangleMesh SetMesh()
        {
            Hull = null;
            HeightField = null;
            if (Mesh == null)
            {
                Mesh = _spareMesh ?? (_spareMesh = new TriangleMesh());
                Mesh.Clear();
            }
            return Mesh;
        }
        public ConvexHull? Hull;
        private ConvexHull? _spareHull;

        /// <summary>Sets Hull and gives it, to be filled.</summary>
        public ConvexHull SetHull()
        {
            Mesh = null;
            HeightField = null;
            if (Hull == null)
            {
                Hull = _spareHull ?? (_spareHull = new ConvexHull());
                Hull.Clear();
            }
            return Hull;
        }
        public HeightField? HeightField;
        private HeightField? _spareHeightField;

        /// <summary>Sets HeightField and gives it, to be filled.</summary>
        public HeightField SetHeightField()
        {
            Mesh = null;
            Hull = null;
            if (HeightField == null)
            {
                HeightField = _spareHeightField ?? (_spareHeightField = new HeightField());
                HeightField.Clear();
            }
            return HeightField;
        }
        /// <summary>
        /// Edge of a grid cell, metres whatever the client's unit, 0.01 to 1. Default (0): as fine as the server's budget of
        /// cells allows, at least 0.02.
        /// </summary>
        public float CellM;
        /// <summary>For the server's log, at most 64 characters.</summary>
        public string Name = string.Empty;

        /// <summary>Number of the field of Kind that is set; 0: none.</summary>
        public int KindCase => Mesh != null ? 3 : Hull != null ? 4 : HeightField != null ? 5 : 0;

        public override void Clear()
        {
            Id = string.Empty;
            CoordinateSystem = null;
            Mesh = null;
            Hull = null;
            HeightField = null;
            CellM = 0f;
            Name = string.Empty;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Id.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Id);
            }
            if (CoordinateSystem != null)
            {
                int nested = CoordinateSystem.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Mesh != null)
            {
                int nested = Mesh.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (Hull != null)
            {
                int nested = Hull.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (HeightField != null)
            {
                int nested = HeightField.ComputeSize();
                size += 1 + WireWriter.SizeOf((ulong)nested) + nested;
            }
            if (System.BitConverter.SingleToInt32Bits(CellM) != 0)
            {
                size += 1 + 4;
            }
            if (Name.Length > 0)
            {
                size += 1 + WireWriter.SizeOf(Name);
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
            if (CoordinateSystem != null)
            {
                writer.Varint(18);
                writer.Varint((ulong)CoordinateSystem.CachedSize);
                CoordinateSystem.WriteTo(writer);
            }
            if (Mesh != null)
            {
                writer.Varint(26);
                writer.Varint((ulong)Mesh.CachedSize);
                Mesh.WriteTo(writer);
            }
            if (Hull != null)
            {
                writer.Varint(34);
                writer.Varint((ulong)Hull.CachedSize);
                Hull.WriteTo(writer);
            }
            if (HeightField != null)
            {
                writer.Varint(42);
                writer.Varint((ulong)HeightField.CachedSize);
                HeightField.WriteTo(writer);
            }
            if (System.BitConverter.SingleToInt32Bits(CellM) != 0)
            {
                writer.Varint(53);
                writer.Float(CellM);
            }
            if (Name.Length > 0)
            {
                writer.Varint(58);
                writer.String(Name);
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
                    case 18: // CoordinateSystem
                        {
                            WireReader nested = reader.ReadNested();
                            SetCoordinateSystem().MergeFrom(ref nested);
                        }
                        break;
                    case 26: // Mesh
                        {
                            WireReader nested = reader.ReadNested();
                            SetMesh().MergeFrom(ref nested);
                        }
                        break;
                    case 34: // Hull
                        {
                            WireReader nested = reader.ReadNested();
                            SetHull().MergeFrom(ref nested);
                        }
                        break;
                    case 42: // HeightField
                        {
                            WireReader nested = reader.ReadNested();
                            SetHeightField().MergeFrom(ref nested);
                        }
                        break;
                    case 53: // CellM
                        CellM = reader.ReadFloat();
                        break;
                    case 58: // Name
                        Name = reader.ReadString();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
