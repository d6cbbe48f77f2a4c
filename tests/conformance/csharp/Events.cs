#nullable enable
using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json;

namespace Lamp.Conformance
{
    /// <summary>One JSON object a line on standard output.</summary>
    internal sealed class Events
    {
        private readonly Stream _output = Console.OpenStandardOutput();
        private readonly object _gate = new object();

        /// <summary>Seconds that never go back.</summary>
        public static double Now => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

        public void Say(string name, Action<Utf8JsonWriter> more) => Say(name, Now, more);

        public void Say(string name, double t, Action<Utf8JsonWriter> more)
        {
            var bytes = new MemoryStream();
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteString("event", name);
                json.WriteNumber("t", t);
                more(json);
                json.WriteEndObject();
            }
            bytes.WriteByte((byte)'\n');
            lock (_gate)
            {
                bytes.WriteTo(_output);
                _output.Flush();
            }
        }

        public void Error(string code, string message, bool fatal) => Say("error", json =>
        {
            json.WriteString("code", code);
            json.WriteString("message", message);
            json.WriteBoolean("fatal", fatal);
        });

        public static void Vector(Utf8JsonWriter json, string name, Float3 v)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue(v.X);
            json.WriteNumberValue(v.Y);
            json.WriteNumberValue(v.Z);
            json.WriteEndArray();
        }

        /// <summary>Name of a status as gRPC writes it, such as FAILED_PRECONDITION.</summary>
        public static string Code(LampStatus status)
        {
            var text = new StringBuilder();
            foreach (char c in status.ToString())
            {
                if (char.IsUpper(c) && text.Length > 0)
                {
                    text.Append('_');
                }
                text.Append(char.ToUpperInvariant(c));
            }
            return text.ToString();
        }

        /// <summary>Name of a CODE_* of a notice.</summary>
        public static string NoticeCode(int code)
        {
            string[] names = { "UNSPECIFIED", "INVALID", "STALE_REVISION", "UNSUPPORTED", "PLAYHEAD", "GEOMETRY", "BUDGET" };
            return code >= 0 && code < names.Length ? names[code] : "UNSPECIFIED";
        }
    }
}
