#nullable enable
using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Lamp.Conformance
{
    /// <summary>Conversions, interpolation and the plan buffer, on numbers that the suite sends.</summary>
    internal sealed class VectorsMode
    {
        private const int Joints = 22;
        private const int Contacts = 4;
        private readonly Pose _pose = new Pose(Joints, Contacts);
        private PlanBuffer _buffer = new PlanBuffer(30f, 10f, Joints, Contacts);

        public void Run(TextReader source, TextWriter sink)
        {
            string? line;
            while ((line = source.ReadLine()) != null)
            {
                sink.Write(Answer(line.Split(' ')) + "\n");
                sink.Flush();
            }
        }

        private string Answer(string[] words)
        {
            switch (words[0])
            {
                case "convention":
                    return "\"UNITY\"";
                case "interpolate":
                    float[] n = Numbers(words, 1);
                    return Json(Rotation.Lerp(Turn(n, 0), Turn(n, 4), n[8]));
                case "buffer":
                    _buffer = new PlanBuffer(Numbers(words, 1)[0], 10f, Joints, Contacts);
                    return "true";
                case "plan":
                    Plan(Doubles(words, 1));
                    return "true";
                case "frames":
                    _buffer.Add(Frames(Doubles(words, 1)));
                    return "true";
                case "sample":
                    return Sample(Doubles(words, 1)[0]);
                default:
                    return Convert(words);
            }
        }

        private static string Convert(string[] words)
        {
            AxisConvention axes;
            try
            {
                axes = AxisConvention.Named(words.Length > 1 ? words[1] : string.Empty);
            }
            catch (ArgumentException)
            {
                return "null";
            }
            float[] n = Numbers(words, 2);
            switch (words[0])
            {
                case "position_from_model":
                    return Json(axes.PositionFromModel(Vector(n)));
                case "position_to_model":
                    return Json(axes.PositionToModel(Vector(n)));
                case "rotation_from_model":
                    return Json(axes.RotationFromModel(Turn(n, 0)));
                case "rotation_to_model":
                    return Json(axes.RotationToModel(Turn(n, 0)));
                case "extents_from_model":
                    return Json(axes.ExtentsFromModel(Vector(n)));
                case "angular_velocity_from_model":
                    return Json(axes.AngularVelocityFromModel(Vector(n)));
                case "length_from_model":
                    return Json(n[0] / axes.MetresPerUnit);
                default:
                    return "null";
            }
        }

        private void Plan(double[] n) => _buffer.BeginPlan((ulong)n[0], (long)n[1], Frames(n));

        private FrameBatch Frames(double[] n)
        {
            var frames = new FrameBatch(Joints, Contacts);
            for (int i = 0; i < (int)n[2]; i++)
            {
                Pose pose = frames.Add();
                pose.Index = (long)n[1] + i;
                pose.TimeS = pose.Index / _buffer.Fps;
                pose.PlanId = (ulong)n[0];
                pose.RootPosition = new Float3((float)(n[3] + i * n[4]), 0f, 0f);
                Array.Fill(pose.Rotations, Rotation.Identity);
                pose.Rotations[0] = Rotation.AboutAxis(Float3.Up, (float)(n[5] + i * n[6]));
            }
            return frames;
        }

        private string Sample(double timeS)
        {
            SampleState state = _buffer.Sample(timeS, _pose);
            if (state == SampleState.Empty)
            {
                return "false";
            }
            Rotation q = _pose.Rotations[0];
            double angle = 2.0 * Math.Atan2(q.W < 0f ? -q.Y : q.Y, Math.Abs(q.W));
            string held = state == SampleState.Held ? "true" : "false";
            return $"{{\"x\": {Json(_pose.RootPosition.X)}, \"plan_id\": {_pose.PlanId}, \"frame\": {_pose.Index}, "
                + $"\"held\": {held}, \"angle\": {Json(angle)}}}";
        }

        private static float[] Numbers(string[] words, int from) =>
            words.Skip(from).Select(w => float.Parse(w, CultureInfo.InvariantCulture)).ToArray();

        private static double[] Doubles(string[] words, int from) =>
            words.Skip(from).Select(w => double.Parse(w, CultureInfo.InvariantCulture)).ToArray();

        private static Float3 Vector(float[] n) => new Float3(n[0], n[1], n[2]);

        private static Rotation Turn(float[] n, int at) => new Rotation(n[at], n[at + 1], n[at + 2], n[at + 3]);

        private static string Json(double value) => value.ToString("R", CultureInfo.InvariantCulture);

        private static string Json(Float3 v) => $"[{Json(v.X)}, {Json(v.Y)}, {Json(v.Z)}]";

        private static string Json(Rotation q) => $"[{Json(q.X)}, {Json(q.Y)}, {Json(q.Z)}, {Json(q.W)}]";
    }
}
