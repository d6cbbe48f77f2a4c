using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace Lamp.Onnx
{
    /// <summary>The folder that <c>lamp export-onnx</c> wrote, with its manifest.</summary>
    internal sealed class Export
    {
        private const int Format = 1;
        private readonly string _folder;
        private readonly JsonElement _manifest;

        /// <summary>Reads <c>manifest.json</c>; throws where there is none or its format is not known.</summary>
        public Export(string folder)
        {
            _folder = folder;
            string path = Path.Combine(folder, "manifest.json");
            if (!File.Exists(path))
                throw new FileNotFoundException($"{path} is missing; write it with: lamp export-onnx open {folder}");
            _manifest = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
            int format = _manifest.GetProperty("format").GetInt32();
            if (format != Format)
                throw new InvalidDataException($"{path} has format {format}, this sample reads {Format}");
            JsonElement skeleton = _manifest.GetProperty("skeleton");
            JointRadii = Floats(skeleton.GetProperty("joint_radii_m"));
            Fps = _manifest.GetProperty("fps").GetSingle();
        }

        /// <summary>Radius of each joint, metres.</summary>
        public float[] JointRadii { get; }

        /// <summary>Frames per second of every motion.</summary>
        public float Fps { get; }

        /// <summary>Path of <c>tokenizer.json</c>.</summary>
        public string Tokenizer => Path.Combine(_folder, "tokenizer.json");

        /// <summary>The first file of a part (text, step, ...), the smallest window of a step.</summary>
        public JsonElement Entry(string part)
        {
            foreach (JsonElement entry in _manifest.GetProperty("files").EnumerateArray())
            {
                if (entry.GetProperty("part").GetString() == part) return entry;
            }
            throw new InvalidDataException($"the manifest in {_folder} has no {part}; export the bundle again");
        }

        /// <summary>Content of a file of the manifest.</summary>
        public byte[] Read(JsonElement entry) =>
            File.ReadAllBytes(Path.Combine(_folder, entry.GetProperty("file").GetString() ?? ""));

        /// <summary>Names and shapes of <c>inputs</c> or <c>outputs</c>, in order.</summary>
        public static List<(string Name, long[] Shape)> Tensors(JsonElement entry, string which)
        {
            var found = new List<(string, long[])>();
            foreach (JsonElement tensor in entry.GetProperty(which).EnumerateArray())
            {
                JsonElement dims = tensor.GetProperty("shape");
                var shape = new long[dims.GetArrayLength()];
                for (int i = 0; i < shape.Length; i++)
                    shape[i] = dims[i].ValueKind == JsonValueKind.Number ? dims[i].GetInt64() : -1; // free
                found.Add((tensor.GetProperty("name").GetString() ?? "", shape));
            }
            return found;
        }

        /// <summary>Fill a tensor with its default: one value, a first and the rest, or a repeated pattern.</summary>
        public static void Fill(JsonElement entry, string name, Span<float> values)
        {
            JsonElement rule = entry.GetProperty("step").GetProperty("defaults").GetProperty(name);
            if (rule.TryGetProperty("value", out JsonElement value))
            {
                values.Fill(value.GetSingle());
            }
            else if (rule.TryGetProperty("first", out JsonElement first))
            {
                values.Fill(rule.GetProperty("rest").GetSingle());
                values[0] = first.GetSingle();
            }
            else
            {
                float[] pattern = Floats(rule.GetProperty("repeat"));
                for (int i = 0; i < values.Length; i++) values[i] = pattern[i % pattern.Length];
            }
        }

        /// <summary>Place of a name in a list of the step: <c>weights</c>, <c>terms</c>, <c>obstacle_kinds</c>.</summary>
        public static int Index(JsonElement entry, string list, string name)
        {
            int i = 0;
            foreach (JsonElement item in entry.GetProperty("step").GetProperty(list).EnumerateArray())
            {
                if (item.GetString() == name) return i;
                i++;
            }
            throw new InvalidDataException($"{list} of the step has no {name}");
        }

        private static float[] Floats(JsonElement list)
        {
            var values = new float[list.GetArrayLength()];
            for (int i = 0; i < values.Length; i++) values[i] = list[i].GetSingle();
            return values;
        }
    }
}
