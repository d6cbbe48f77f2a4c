#nullable enable
namespace UnityEngine
{
    public sealed class Rigidbody : Component
    {
        public bool isKinematic { get; set; }
        public Vector3 angularVelocity { get; set; }
        public Vector3 StubVelocity { get; set; }

        public void AddForce(Vector3 force, ForceMode mode) => StubVelocity += force;

        internal void StubMove(float seconds)
        {
            if (!isKinematic)
            {
                transform.position += StubVelocity * seconds;
            }
        }

        public Vector3 GetPointVelocity(Vector3 worldPoint) =>
            StubVelocity + Vector3.Cross(angularVelocity, worldPoint - transform.position);
    }

    public class Collider : Component
    {
        public Rigidbody? attachedRigidbody => GetComponent<Rigidbody>();

        public Bounds bounds
        {
            get
            {
                StubEngine.CheckThread();
                return new Bounds { center = transform.position };
            }
        }
    }

    public sealed class SphereCollider : Collider
    {
        public Vector3 center { get; set; }
        public float radius { get; set; } = 0.5f;
    }

    public sealed class CapsuleCollider : Collider
    {
        public Vector3 center { get; set; }
        public float radius { get; set; } = 0.5f;
        public float height { get; set; } = 2f;
        public int direction { get; set; } = 1;
    }

    public sealed class BoxCollider : Collider
    {
        public Vector3 center { get; set; }
        public Vector3 size { get; set; } = Vector3.one;
    }

    public sealed class MeshCollider : Collider
    {
        public Mesh? sharedMesh { get; set; }

        public bool convex { get; set; }
    }

    public sealed class TerrainCollider : Collider
    {
        public TerrainData? terrainData { get; set; }
    }

    public sealed class Mesh : Object
    {
        public bool isReadable { get; set; } = true;
        public Vector3[] vertices { get; set; } = System.Array.Empty<Vector3>();
        public int[] triangles { get; set; } = System.Array.Empty<int>();
    }

    public sealed class TerrainData : Object
    {
        public int heightmapResolution { get; set; } = 33;
        public Vector3 size { get; set; } = Vector3.one;

        public float[,] GetHeights(int xBase, int yBase, int width, int height) => new float[height, width];
    }
}
