#nullable enable
using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lamp
{
    /// <summary>What kind of geometry.</summary>
    public enum GeometryKind
    {
        Mesh = 0,
        Hull = 1,
        HeightField = 2,
    }

    /// <summary>A mesh, hull or height field ready to be uploaded, named by the hash of its numbers. Does not change.</summary>
    public sealed class GeometryContent
    {
        public const int MostHullVertices = 4096;
        public const int MostColumns = 1024;

        private GeometryContent(GeometryKind kind, string name, float[] values, uint[] indices)
        {
            Kind = kind;
            Name = name;
            Values = values;
            Indices = indices;
            Id = string.Empty;
        }

        public GeometryKind Kind { get; }

        /// <summary>For the server's log.</summary>
        public string Name { get; }

        /// <summary>x, y, z of every vertex, or heights row by row; client units.</summary>
        public float[] Values { get; }

        /// <summary>Three per triangle; empty but for meshes.</summary>
        public uint[] Indices { get; }

        public int Columns { get; private set; }

        public int Rows { get; private set; }

        public float ColumnSpacing { get; private set; }

        public float RowSpacing { get; private set; }

        /// <summary>SHA-256 of the content, 64 hexadecimal digits.</summary>
        public string Id { get; private set; }

        /// <summary>A triangle mesh; the arrays are taken over.</summary>
        /// <exception cref="LampException">The mesh is empty or has indices or numbers that cannot be.</exception>
        public static GeometryContent Mesh(string name, float[] vertices, uint[] indices)
        {
            if (vertices.Length < 9 || vertices.Length % 3 != 0 || indices.Length < 3 || indices.Length % 3 != 0)
            {
                throw InputCheck.Bad(
                    name, "mesh", $"it has {vertices.Length / 3} vertices and {indices.Length / 3} triangles",
                    "it needs at least 3 vertices and 1 triangle");
            }
            foreach (uint index in indices)
            {
                if (index >= vertices.Length / 3)
                {
                    throw InputCheck.Bad(
                        name, "mesh", $"a triangle names vertex {index}", $"there are {vertices.Length / 3} vertices");
                }
            }
            return Finish(new GeometryContent(GeometryKind.Mesh, name, vertices, indices), "lamp.v1 mesh");
        }

        /// <summary>The smallest convex body around points; the array is taken over.</summary>
        /// <exception cref="LampException">There are too few or too many points.</exception>
        public static GeometryContent Hull(string name, float[] vertices)
        {
            int count = vertices.Length / 3;
            if (vertices.Length % 3 != 0 || count < 4 || count > MostHullVertices)
            {
                throw InputCheck.Bad(name, "convex mesh", $"it has {count} vertices", $"use 4 to {MostHullVertices}");
            }
            var content = new GeometryContent(GeometryKind.Hull, name, vertices, Array.Empty<uint>());
            return Finish(content, "lamp.v1 hull");
        }

        /// <summary>Heights on a regular grid, row by row; columns run along x, rows along z. Taken over.</summary>
        /// <exception cref="LampException">Size or spacing cannot be.</exception>
        public static GeometryContent HeightField(
            string name, float[] heights, int columns, int rows, float columnSpacing, float rowSpacing)
        {
            bool size = columns >= 2 && rows >= 2 && columns <= MostColumns && rows <= MostColumns;
            if (!size || heights.Length != columns * rows)
            {
                throw InputCheck.Bad(
                    name, "height field", $"it is {columns} x {rows} with {heights.Length} heights",
                    $"use 2 to {MostColumns} each way, one height for each");
            }
            InputCheck.Size(name, "column spacing", columnSpacing);
            InputCheck.Size(name, "row spacing", rowSpacing);
            var content = new GeometryContent(GeometryKind.HeightField, name, heights, Array.Empty<uint>())
            {
                Columns = columns,
                Rows = rows,
                ColumnSpacing = columnSpacing,
                RowSpacing = rowSpacing,
            };
            return Finish(content, "lamp.v1 heightfield");
        }

        private static GeometryContent Finish(GeometryContent content, string head)
        {
            foreach (float value in content.Values)
            {
                if (!(value >= -1000f && value <= 1000f))
                {
                    throw InputCheck.Bad(
                        content.Name, "geometry", $"a coordinate is {value}", "each must be finite and within 1 km");
                }
            }
            content.Id = Hash(content, head);
            return content;
        }

        private static string Hash(GeometryContent content, string head)
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.ASCII.GetBytes(head));
            var buffer = new byte[4096];
            if (content.Kind == GeometryKind.HeightField)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(buffer, (uint)content.Columns);
                BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(4), (uint)content.Rows);
                WriteFloat(buffer.AsSpan(8), content.ColumnSpacing);
                WriteFloat(buffer.AsSpan(12), content.RowSpacing);
                hash.AppendData(buffer, 0, 16);
            }
            int used = 0;
            foreach (float value in content.Values)
            {
                used = Flush(hash, buffer, used);
                WriteFloat(buffer.AsSpan(used), value);
                used += 4;
            }
            foreach (uint index in content.Indices)
            {
                used = Flush(hash, buffer, used);
                BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(used), index);
                used += 4;
            }
            hash.AppendData(buffer, 0, used);
            return Hex(hash.GetHashAndReset());
        }

        private static int Flush(IncrementalHash hash, byte[] buffer, int used)
        {
            if (used < buffer.Length)
            {
                return used;
            }
            hash.AppendData(buffer, 0, used);
            return 0;
        }

        private static void WriteFloat(Span<byte> to, float value) =>
            BinaryPrimitives.WriteInt32LittleEndian(to, BitConverter.SingleToInt32Bits(value));

        private static string Hex(byte[] bytes)
        {
            var text = new StringBuilder(bytes.Length * 2);
            foreach (byte b in bytes)
            {
                text.Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            }
            return text.ToString();
        }
    }
}
