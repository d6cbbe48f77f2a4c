#nullable enable
using NUnit.Framework;

namespace Lamp.Tests
{
    public sealed class GeometryContentTests
    {
        private static readonly float[] Corners = { 0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f, 0f, 0f, 0f, 1.5f };

        [Test]
        public void IdsAreThoseOfTheServer()
        {
            // made by lamp.scene.content
            GeometryContent mesh = GeometryContent.Mesh("m", Corners, new uint[] { 0, 1, 2, 0, 1, 3 });
            Assert.AreEqual("8409a711e1b556821a626af59abda80d4da112da2e937b7873f89bec9f33be50", mesh.Id);
            Assert.AreEqual("13bd4b7689442f552677033387bb3a96baeff7c9b179bdd5e9e274cfba6fc317", GeometryContent.Hull("h", Corners).Id);
            GeometryContent field = GeometryContent.HeightField("f", new[] { 0f, 1f, 2f, 0.5f, 0.25f, -1f }, 3, 2, 0.5f, 2f);
            Assert.AreEqual("5b8bb5f2ee3026ae1e9bf88ca816bf41f6d5ecb721550ee076ee42945da934f8", field.Id);
        }

        [Test]
        public void LargeContentIsHashedWhole()
        {
            var values = new float[30_000];
            string before = GeometryContent.Mesh("m", (float[])values.Clone(), new uint[] { 0, 1, 2 }).Id;
            values[29_999] = 1f;
            Assert.IsFalse(before == GeometryContent.Mesh("m", values, new uint[] { 0, 1, 2 }).Id);
        }

        [Test]
        public void MeshesThatCannotBeAreNamed()
        {
            Refused("'rock'", () => GeometryContent.Mesh("rock", new float[3], new uint[3]));
            Refused("vertex 9", () => GeometryContent.Mesh("rock", Corners, new uint[] { 0, 1, 9 }));
            Refused("NaN", () => GeometryContent.Mesh("rock", new[] { float.NaN, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f }, new uint[3]));
            Refused("'rock'", () => GeometryContent.HeightField("rock", new float[4], 2, 3, 1f, 1f));
            Refused("column spacing", () => GeometryContent.HeightField("rock", new float[4], 2, 2, 0f, 1f));
        }

        private static void Refused(string part, System.Action make) =>
            StringAssert.Contains(part, Assert.Throws<LampException>(make).Message);
    }
}
