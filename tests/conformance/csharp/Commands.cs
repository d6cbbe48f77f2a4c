#nullable enable
using System;
using System.Globalization;
using System.Threading.Tasks;

namespace Lamp.Conformance
{
    /// <summary>Lines of standard input, done through the session.</summary>
    internal sealed class Commands
    {
        private static readonly uint[] BoxTriangles =
        {
            0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4, 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5,
        };

        private readonly Events _events;
        private readonly LampSession _session;

        public Commands(Events events, LampSession session)
        {
            _events = events;
            _session = session;
        }

        public bool Closing { get; private set; }

        public bool Frozen { get; private set; }

        public void Obey(string line, double nowS)
        {
            string[] words = line.Split(' ');
            string id = words.Length > 1 ? words[1] : string.Empty;
            try
            {
                switch (words[0])
                {
                    case "close":
                        Closing = true;
                        return;
                    case "freeze":
                    case "thaw":
                        Frozen = words[0] == "freeze";
                        return;
                    case "mesh":
                        _ = MeshAsync(line, words);
                        return;
                    default:
                        Sent(line, Ask(words, line, nowS));
                        return;
                }
            }
            catch (LampException error)
            {
                string code = error.Status == LampStatus.InvalidArgument ? "INVALID" : Events.Code(error.Status);
                _events.Error(code, error.Message, false);
            }
            catch (Exception error) when (error is FormatException || error is IndexOutOfRangeException)
            {
                _events.Error("USAGE", $"{words[0]} {id}: {error.Message}", false);
            }
        }

        private ulong Ask(string[] words, string line, double nowS)
        {
            switch (words[0])
            {
                case "prompt":
                    return _session.SetPrompt(line.Substring("prompt ".Length));
                case "sphere":
                    ObstacleState sphere = ObstacleState.Sphere(Vector(words, 2), Number(words[5]));
                    sphere.LinearVelocity = words.Length > 8 ? Vector(words, 6) : Float3.Zero;
                    sphere.TimeS = nowS;
                    return _session.PutObstacle(words[1], sphere);
                case "box":
                    ObstacleState box = ObstacleState.Box(Vector(words, 2), Rotation.Identity, Vector(words, 5));
                    box.TimeS = nowS;
                    return _session.PutObstacle(words[1], box);
                case "remove":
                    return _session.RemoveObstacle(words[1]);
                case "target":
                    return _session.PutTarget(words[1], TargetState.At(words[2], Vector(words, 3)));
                case "untarget":
                    return _session.RemoveTarget(words[1]);
                default:
                    throw new FormatException("no such command");
            }
        }

        private async Task MeshAsync(string line, string[] words)
        {
            try
            {
                Float3 half = Vector(words, 5);
                var corners = new float[24];
                for (int i = 0; i < 8; i++)
                {
                    corners[3 * i] = (i & 1) != 0 ? half.X : -half.X;
                    corners[3 * i + 1] = (i & 2) != 0 ? half.Y : -half.Y;
                    corners[3 * i + 2] = (i & 4) != 0 ? half.Z : -half.Z;
                }
                GeometryContent content = GeometryContent.Mesh(words[1], corners, (uint[])BoxTriangles.Clone());
                bool uploaded = await _session.UploadGeometryAsync(content).ConfigureAwait(false);
                _events.Say("geometry", json =>
                {
                    json.WriteString("id", content.Id);
                    json.WriteBoolean("uploaded", uploaded);
                    json.WriteString("state", "BUILDING");
                });
                ObstacleState state = ObstacleState.Geometry(Vector(words, 2), Rotation.Identity, content.Id, 1f);
                Sent(line, _session.PutObstacle(words[1], state));
            }
            catch (LampException error)
            {
                _events.Error(Events.Code(error.Status), $"{words[1]}: {error.Message}", false);
            }
            catch (Exception error) when (error is FormatException || error is IndexOutOfRangeException)
            {
                _events.Error("USAGE", $"{line}: {error.Message}", false);
            }
        }

        private void Sent(string line, ulong revision) => _events.Say("sent", json =>
        {
            json.WriteString("line", line);
            json.WriteNumber("revision", revision);
        });

        private static Float3 Vector(string[] words, int at) =>
            new Float3(Number(words[at]), Number(words[at + 1]), Number(words[at + 2]));

        private static float Number(string word) =>
            word == "nan" ? float.NaN : float.Parse(word, CultureInfo.InvariantCulture);
    }
}
