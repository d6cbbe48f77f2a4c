#nullable enable
using Lamp.Unity;
using NUnit.Framework;
using UnityEngine;

namespace Lamp.Tests
{
    public sealed class ColliderTests
    {
        private readonly GameObject _object = new GameObject("crate");

        [TearDown]
        public void Destroy() => Object.DestroyImmediate(_object);

        [Test]
        public void ASphereTakesTheLargestScaleAndItsCentre()
        {
            SphereCollider sphere = _object.AddComponent<SphereCollider>();
            sphere.radius = 0.5f;
            sphere.center = new Vector3(0f, 1f, 0f);
            _object.transform.localScale = new Vector3(1f, 2f, 3f);
            _object.transform.position = new Vector3(5f, 0f, 0f);
            ObstacleState state = Read(sphere);
            Assert.AreEqual(1.5, state.Size.X, 1e-5);
            Assert.AreEqual(2.0, state.Position.Y, 1e-5);
            Assert.AreEqual(5.0, state.Position.X, 1e-5);
        }

        [Test]
        public void ACapsuleAlongZPointsItsUpAxisThere()
        {
            CapsuleCollider capsule = _object.AddComponent<CapsuleCollider>();
            capsule.direction = 2;
            capsule.radius = 0.25f;
            capsule.height = 2f;
            ObstacleState state = Read(capsule);
            Assert.AreEqual(0.75, state.Size.Y, 1e-5);
            Assert.AreEqual(1.0, System.Math.Abs((state.Orientation * Float3.Up).Z), 1e-5);
        }

        [Test]
        public void ACapsuleShorterThanItsCapsIsASphere()
        {
            CapsuleCollider capsule = _object.AddComponent<CapsuleCollider>();
            capsule.radius = 1f;
            capsule.height = 1f;
            Assert.AreEqual(0.0, Read(capsule).Size.Y, 1e-6);
        }

        [Test]
        public void ABoxHasHalfItsScaledSize()
        {
            BoxCollider box = _object.AddComponent<BoxCollider>();
            box.size = new Vector3(2f, 1f, 4f);
            _object.transform.localScale = new Vector3(-1f, 2f, 0.5f);
            ObstacleState state = Read(box);
            Assert.AreEqual(1.0, state.Size.X, 1e-5);
            Assert.AreEqual(1.0, state.Size.Y, 1e-5);
            Assert.AreEqual(1.0, state.Size.Z, 1e-5);
        }

        [Test]
        public void AColliderScaledToNothingIsNamed()
        {
            BoxCollider box = _object.AddComponent<BoxCollider>();
            _object.transform.localScale = new Vector3(1f, 0f, 1f);
            var error = Assert.Throws<LampException>(() => Read(box).Check(_object.name));
            StringAssert.Contains("'crate'", error.Message);
            StringAssert.Contains("scale", error.Message);
        }

        [Test]
        public void AMeshCarriesItsScale()
        {
            MeshCollider collider = _object.AddComponent<MeshCollider>();
            collider.sharedMesh = Triangle();
            _object.transform.localScale = new Vector3(2f, 2f, 2f);
            GeometryContent content = ColliderGeometry.Read(collider, "crate");
            Assert.AreEqual(GeometryKind.Mesh, content.Kind);
            Assert.AreEqual(2.0, content.Values[3], 1e-6);
        }

        [Test]
        public void AMirroredMeshKeepsItsOutside()
        {
            MeshCollider collider = _object.AddComponent<MeshCollider>();
            collider.sharedMesh = Triangle();
            _object.transform.localScale = new Vector3(-1f, 1f, 1f);
            GeometryContent content = ColliderGeometry.Read(collider, "crate");
            Assert.AreEqual(2L, (long)content.Indices[0]);
            Assert.AreEqual(1L, (long)content.Indices[1]);
            Assert.AreEqual(0L, (long)content.Indices[2]);
        }

        [Test]
        public void AMeshThatIsMissingIsNamed()
        {
            MeshCollider collider = _object.AddComponent<MeshCollider>();
            var error = Assert.Throws<LampException>(() => ColliderGeometry.Read(collider, "crate"));
            StringAssert.Contains("'crate'", error.Message);
        }

        [Test]
        public void ARigThatIsNotHumanoidIsNamed()
        {
            Animator animator = _object.AddComponent<Animator>();
            var bones = new Transform?[RigRest.BoneCount];
            var error = Assert.Throws<LampException>(() => RigReader.Read(animator, "crate", bones));
            StringAssert.Contains("'crate'", error.Message);
            StringAssert.Contains("Humanoid", error.Message);
        }

        private static ObstacleState Read(Collider collider)
        {
            Assert.IsTrue(ColliderShape.TryRead(collider, out ObstacleState state));
            return state;
        }

        private static Mesh Triangle()
        {
            var mesh = new Mesh();
            mesh.vertices = new[] { Vector3.zero, new Vector3(1f, 0f, 0f), new Vector3(0f, 1f, 0f) };
            mesh.triangles = new[] { 0, 1, 2 };
            return mesh;
        }
    }
}
