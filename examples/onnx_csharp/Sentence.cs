using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lamp.Onnx
{
    /// <summary>Sentences to embeddings: word pieces in C#, the encoder through onnxruntime.</summary>
    internal sealed unsafe class Sentence : IDisposable
    {
        private const int Longest = 100; // characters of a word; longer ones are unknown
        private readonly Dictionary<string, long> _pieces = new Dictionary<string, long>();
        private readonly IntPtr _session;
        private readonly int _width, _fixedLength, _longest;

        /// <summary>Opens tokenizer and encoder of an export.</summary>
        public Sentence(Export export, int threads)
        {
            JsonElement model = JsonDocument.Parse(File.ReadAllBytes(export.Tokenizer)).RootElement.GetProperty("model");
            foreach (JsonProperty piece in model.GetProperty("vocab").EnumerateObject())
                _pieces[piece.Name] = piece.Value.GetInt64();
            JsonElement entry = export.Entry("text");
            _width = (int)Export.Tensors(entry, "outputs")[0].Shape[1];
            _fixedLength = (int)Export.Tensors(entry, "inputs")[0].Shape[1]; // -1: any
            _longest = _fixedLength > 0 ? _fixedLength : 128;
            _session = OrtApi.OpenSession(export.Read(entry), threads);
        }

        /// <summary>Embedding of unit length.</summary>
        public float[] Embed(string text)
        {
            List<long> ids = Ids(text);
            int length = _fixedLength > 0 ? _fixedLength : ids.Count;
            var values = new long[3 * length]; // ids, mask, types
            for (int i = 0; i < ids.Count; i++) (values[i], values[length + i]) = (ids[i], 1);
            var shape = new long[] { 1, length };
            using var result = new FloatTensor(new long[] { 1, _width });
            using var inputs = new Names(new[] { "input_ids", "attention_mask", "token_type_ids" });
            using var outputs = new Names(new[] { "sentence" });
            fixed (long* data = values)
            {
                IntPtr* tensors = stackalloc IntPtr[3];
                for (int i = 0; i < 3; i++) tensors[i] = OrtApi.WrapInts(data + i * length, length, shape);
                IntPtr output = result.Handle;
                try
                {
                    OrtApi.Run(_session, inputs.Table, tensors, 3, outputs.Table, &output, 1);
                }
                finally
                {
                    for (int i = 0; i < 3; i++) OrtApi.CloseTensor(tensors[i]);
                }
            }
            return result.Values.ToArray();
        }

        /// <summary>Word pieces with the start and end markers; accents are not removed, so write plain letters.</summary>
        public List<long> Ids(string text)
        {
            var ids = new List<long> { _pieces["[CLS]"] };
            foreach (string word in Words(text.ToLowerInvariant())) AddPieces(word, ids);
            if (ids.Count > _longest - 1) ids.RemoveRange(_longest - 1, ids.Count - (_longest - 1));
            ids.Add(_pieces["[SEP]"]);
            return ids;
        }

        /// <summary>Free the session.</summary>
        public void Dispose() => OrtApi.CloseSession(_session);

        private static IEnumerable<string> Words(string text)
        {
            int start = -1;
            for (int i = 0; i <= text.Length; i++)
            {
                char c = i < text.Length ? text[i] : ' ';
                bool alone = char.IsPunctuation(c) || (char.IsSymbol(c) && c < 128);
                if (!alone && !char.IsWhiteSpace(c) && !char.IsControl(c))
                {
                    if (start < 0) start = i;
                    continue;
                }
                if (start >= 0) yield return text.Substring(start, i - start);
                start = -1;
                if (alone) yield return c.ToString();
            }
        }

        private void AddPieces(string word, List<long> ids)
        {
            int first = ids.Count;
            for (int start = 0; start < word.Length;)
            {
                int end = word.Length;
                long id = -1;
                while (end > start && !_pieces.TryGetValue((start > 0 ? "##" : "") + word.Substring(start, end - start), out id))
                    end--;
                if (end == start || word.Length > Longest)
                {
                    ids.RemoveRange(first, ids.Count - first);
                    ids.Add(_pieces["[UNK]"]);
                    return;
                }
                ids.Add(id);
                start = end;
            }
        }
    }
}
