using System;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Lamp.Onnx
{
    /// <summary>
    /// A character that walks, and a ball that rolls across its way and then changes direction: optimised on the
    /// device with onnxruntime alone. Arguments: folder of the export, path of the native library, [prompt], or
    /// <c>--embed TEXT</c>, which only prints the word pieces and the embedding. Prints one line of JSON.
    /// </summary>
    internal static class Program
    {
        private const int Threads = 2, WalkSteps = 20, AvoidSteps = 60, AgainSteps = 40, Joints = 22;
        private const float Radius = 0.25f, Rate = 0.1f, Speed = 0.6f;

        private static int Main(string[] arguments)
        {
            if (arguments.Length < 2)
            {
                Console.Error.WriteLine("usage: OnnxAvoid EXPORT_FOLDER NATIVE_LIBRARY [PROMPT]");
                return 2;
            }
            NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) =>
                name == OrtApi.Library ? NativeLibrary.Load(arguments[1]) : IntPtr.Zero);
            var export = new Export(arguments[0]);
            if (arguments.Length > 3 && arguments[2] == "--embed") Embed(export, arguments[3]);
            else Run(export, arguments.Length > 2 ? arguments[2] : "a person walks forward");
            return 0;
        }

        private static void Embed(Export export, string text)
        {
            using var sentence = new Sentence(export, Threads);
            string[] numbers = Array.ConvertAll(sentence.Embed(text), v => v.ToString("R", CultureInfo.InvariantCulture));
            Console.WriteLine("{\"ids\": [" + string.Join(", ", sentence.Ids(text)) + "], \"embedding\": ["
                + string.Join(", ", numbers) + "]}");
        }

        private static void Run(Export export, string prompt)
        {
            using var step = new StepGraph(export, Threads);
            using (var sentence = new Sentence(export, Threads)) sentence.Embed(prompt).CopyTo(step["text"]);
            step["has_text"][0] = 1f;

            // A walk without any obstacle.
            step.Restart(WhiteNoise(step["state_noise"].Length), WalkSteps, Rate);
            Advance(step, WalkSteps, default);
            float[] walk = step["state_best_joints"].ToArray();

            // A ball crosses where the pelvis will be halfway.
            int middle = step.Frames / 2;
            ReadOnlySpan<float> pelvis = walk.AsSpan(3 * Joints * middle, 3);
            var ball = new MovingSphere(pelvis[0], pelvis[1], pelvis[2], middle, Speed, 0f, Radius);
            double[] times = new double[AvoidSteps + AgainSteps];
            float before = ball.Penetration(walk, export.JointRadii, export.Fps);
            Replan(step, ball, export, AvoidSteps, times.AsSpan(0, AvoidSteps));
            float after = ball.Penetration(step["state_best_joints"], export.JointRadii, export.Fps);

            // It turns and comes from the front: the search goes on from the noise it has.
            float[] plan = step["state_best_joints"].ToArray();
            ReadOnlySpan<float> later = plan.AsSpan(3 * Joints * middle, 3);
            var turned = new MovingSphere(later[0], later[1], later[2], middle, -0.2f, -Speed, Radius);
            float beforeTurn = turned.Penetration(plan, export.JointRadii, export.Fps);
            Replan(step, turned, export, AgainSteps, times.AsSpan(AvoidSteps));
            float afterTurn = turned.Penetration(step["state_best_joints"], export.JointRadii, export.Fps);

            long allocated = GC.GetAllocatedBytesForCurrentThread();
            step.Step();
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Array.Sort(times);
            Console.WriteLine(string.Format(CultureInfo.InvariantCulture,
                "{{\"onnxruntime\": \"{0}\", \"frames\": {1}, \"steps\": {2}, \"penetration_before_m\": {3:F4}, "
                + "\"penetration_after_m\": {4:F4}, \"penetration_before_turn_m\": {5:F4}, "
                + "\"penetration_after_turn_m\": {6:F4}, \"ms_per_step\": {7:F2}, \"bytes_allocated_per_step\": {8}}}",
                OrtApi.NativeVersion, step.Frames, times.Length, before, after, beforeTurn, afterTurn,
                times[times.Length / 2], allocated));
        }

        /// <summary>Go on from the best noise with the ball where it is now.</summary>
        private static void Replan(StepGraph step, MovingSphere ball, Export export, int steps, Span<double> times)
        {
            float[] noise = step["state_best_noise"].ToArray();
            ball.Write(step, export.Fps);
            step.Restart(noise, steps, Rate);
            Advance(step, steps, times);
        }

        private static void Advance(StepGraph step, int steps, Span<double> times)
        {
            var clock = new Stopwatch();
            for (int i = 0; i < steps; i++)
            {
                clock.Restart();
                step.Step();
                if (!times.IsEmpty) times[i] = clock.Elapsed.TotalMilliseconds;
            }
        }

        /// <summary>Standard normal numbers (Box and Muller), the same on every run.</summary>
        private static float[] WhiteNoise(int count)
        {
            var random = new Random(1);
            var noise = new float[count];
            for (int i = 0; i < count; i++)
            {
                double length = Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble()));
                noise[i] = (float)(length * Math.Cos(2.0 * Math.PI * random.NextDouble()));
            }
            return noise;
        }
    }
}
