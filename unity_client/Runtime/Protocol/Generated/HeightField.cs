// Generated from proto/ by scripts/protoc_gen_lamp_cs.py; do not edit.
#nullable enable
namespace Lamp.Protocol
{
    /// <summary>
    /// Heights on a regular grid in the client's horizontal plane, the first at the obstacle's position; solid below. Columns
    /// run along the first horizontal axis of the client, rows along the second (x and z where y is up, x and y where z is).
    /// </summary>
    public sealed class HeightField : LampMessage
    {
        /// <summary>2 to 1024 each.</summary>
        public uint Columns;
        public uint Rows;
        /// <summary>Client units, greater than 0.</summary>
        public float ColumnSpacing;
        public float RowSpacing;

        public override void Clear()
        {
            Columns = 0;
            Rows = 0;
            ColumnSpacing = 0f;
            RowSpacing = 0f;
        }

        public override int ComputeSize()
        {
            int size = 0;
            if (Columns != 0)
            {
                size += 1 + WireWriter.SizeOf(Columns);
            }
            if (Rows != 0)
            {
                size += 1 + WireWriter.SizeOf(Rows);
            }
            if (System.BitConverter.SingleToInt32Bits(ColumnSpacing) != 0)
            {
                size += 1 + 4;
            }
            if (System.BitConverter.SingleToInt32Bits(RowSpacing) != 0)
            {
                size += 1 + 4;
            }
            CachedSize = size;
            return size;
        }

        public override void WriteTo(WireWriter writer)
        {
            if (Columns != 0)
            {
                writer.Varint(8);
                writer.Varint(Columns);
            }
            if (Rows != 0)
            {
                writer.Varint(16);
                writer.Varint(Rows);
            }
            if (System.BitConverter.SingleToInt32Bits(ColumnSpacing) != 0)
            {
                writer.Varint(29);
                writer.Float(ColumnSpacing);
            }
            if (System.BitConverter.SingleToInt32Bits(RowSpacing) != 0)
            {
                writer.Varint(37);
                writer.Float(RowSpacing);
            }
        }

        public override void MergeFrom(ref WireReader reader)
        {
            uint tag;
            while ((tag = reader.ReadTag()) != 0)
            {
                switch (tag)
                {
                    case 8: // Columns
                        Columns = (uint)reader.ReadVarint();
                        break;
                    case 16: // Rows
                        Rows = (uint)reader.ReadVarint();
                        break;
                    case 29: // ColumnSpacing
                        ColumnSpacing = reader.ReadFloat();
                        break;
                    case 37: // RowSpacing
                        RowSpacing = reader.ReadFloat();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }
    }
}
