#nullable enable
namespace Lamp
{
    /// <summary>What a session starts with.</summary>
    public sealed class LampSessionOptions
    {
        /// <summary>What the character does, in English; at most 512 characters.</summary>
        public string Prompt = string.Empty;

        /// <summary>Frames per second the server sends, 1 to 240; they are interpolated.</summary>
        public float Fps = 30f;

        /// <summary>The point on the floor below the pelvis at the start, and where it faces.</summary>
        public Float3 StartPosition;

        public Float3 StartFacing = Float3.Forward;

        /// <summary>How far ahead of the playhead the server sends, 1 to 10 s.</summary>
        public float HorizonS = 4f;

        public ulong Seed;

        /// <summary>
        /// Length of one client unit in the server's metres. A character k times as tall as the server's skeleton uses
        /// 1 / k: the server then plans for its own skeleton in a scene of the matching size.
        /// </summary>
        public float MetresPerUnit = 1f;

        public string ClientName = "lamp-unity " + LampSession.PackageVersion;

        /// <summary>How long the first connection may take, seconds.</summary>
        public double FirstS = 10.0;

        public Reconnect Reconnect = new Reconnect();

        /// <summary>For tests of the handshake.</summary>
        public uint ProtocolVersion = LampProtocol.Version;

        /// <summary>Checks the values.</summary>
        /// <exception cref="LampException">One of them cannot be used; the message names it.</exception>
        public void Check(string name)
        {
            InputCheck.Position(name, StartPosition);
            bool facing = StartFacing.IsFinite && StartFacing.X * StartFacing.X + StartFacing.Z * StartFacing.Z > 1e-12f;
            if (!facing)
            {
                throw InputCheck.Bad(name, "start facing", $"it is {StartFacing}", "it needs a horizontal part");
            }
            if (!(Fps >= 1f && Fps <= 240f))
            {
                throw InputCheck.Bad(name, "frame rate", $"it is {Fps}", "use 1 to 240 frames per second");
            }
            if (!(HorizonS >= 1f && HorizonS <= 10f))
            {
                throw InputCheck.Bad(name, "horizon", $"it is {HorizonS} s", "use 1 to 10 s");
            }
            if (!(MetresPerUnit >= 1e-4f && MetresPerUnit <= 1e3f))
            {
                throw InputCheck.Bad(name, "size", $"it gives {MetresPerUnit} metres per unit", "use 0.0001 to 1000");
            }
            if (Prompt == null || Prompt.Length > InputCheck.MaxPromptCharacters)
            {
                throw InputCheck.Bad(
                    name, "prompt", $"it has {Prompt?.Length ?? 0} characters", $"use at most {InputCheck.MaxPromptCharacters}");
            }
            Reconnect.Check();
        }
    }
}
