#nullable enable
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>Colliders without a formula as content to upload: meshes with their scale in them, terrain as heights.</summary>
    internal static class ColliderGeometry
    {
        /// <summary>Content of a mesh or terrain collider.</summary>
        /// <exception cref="LampException">It cannot be used; the message names the object and the remedy.</exception>
        public static GeometryContent Read(Collider collider, string name)
        {
            if (collider is MeshCollider mesh)
            {
                return Mesh(mesh, name);
            }
            if (collider is TerrainCollider terrain)
            {
                return Terrain(terrain, name);
            }
            throw InputCheck.Bad(
                name, "collider", $"it is a {collider.GetType().Name}",
                "use a sphere, capsule, box, mesh or terrain collider");
        }

        private static GeometryContent Mesh(MeshCollider collider, string name)
        {
            Mesh? mesh = collider.sharedMesh;
            if (mesh == null)
            {
                throw InputCheck.Bad(name, "mesh collider", "it has no mesh", "assign one");
            }
            if (!mesh.isReadable)
            {
                throw InputCheck.Bad(
                    name, "mesh collider", $"mesh '{mesh.name}' is not readable", "tick Read/Write in its import settings");
            }
            Vector3 scale = collider.transform.lossyScale;
            if (scale.x == 0f || scale.y == 0f || scale.z == 0f)
            {
                throw InputCheck.Bad(name, "scale", $"it is {scale.ToFloat3()}", "no axis may be 0");
            }
            Vector3[] vertices = mesh.vertices;
            var values = new float[vertices.Length * 3];
            for (int i = 0; i < vertices.Length; i++)
            {
                Vector3 v = Vector3.Scale(vertices[i], scale);
                values[3 * i] = v.x;
                values[3 * i + 1] = v.y;
                values[3 * i + 2] = v.z;
            }
            if (collider.convex && vertices.Length >= 4 && vertices.Length <= GeometryContent.MostHullVertices)
            {
                return GeometryContent.Hull(name, values);
            }
            int[] triangles = mesh.triangles;
            bool mirrored = scale.x * scale.y * scale.z < 0f; // turns every triangle inside out
            var indices = new uint[triangles.Length];
            for (int i = 0; i < triangles.Length; i++)
            {
                int from = mirrored ? i - i % 3 + 2 - i % 3 : i;
                indices[i] = (uint)triangles[from];
            }
            return GeometryContent.Mesh(name, values, indices);
        }

        private static GeometryContent Terrain(TerrainCollider collider, string name)
        {
            TerrainData? data = collider.terrainData;
            if (data == null)
            {
                throw InputCheck.Bad(name, "terrain collider", "it has no terrain data", "assign it");
            }
            int resolution = data.heightmapResolution;
            // every second, fourth ... sample of a fine terrain: the server reads 1024 each way
            int step = 1;
            while ((resolution - 1) / step + 1 > GeometryContent.MostColumns)
            {
                step *= 2;
            }
            int count = (resolution - 1) / step + 1;
            float[,] relative = data.GetHeights(0, 0, resolution, resolution);
            var heights = new float[count * count];
            for (int row = 0; row < count; row++)
            {
                for (int column = 0; column < count; column++)
                {
                    heights[row * count + column] = relative[row * step, column * step] * data.size.y;
                }
            }
            float columnSpacing = data.size.x / (resolution - 1) * step;
            float rowSpacing = data.size.z / (resolution - 1) * step;
            return GeometryContent.HeightField(name, heights, count, count, columnSpacing, rowSpacing);
        }
    }
}
