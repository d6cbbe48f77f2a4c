#nullable enable
using System;
using System.Text;

namespace Lamp.Protocol
{
    /// <summary>
    /// Short texts that were read before on this thread: names, units and ids come again with every message and should not
    /// be allocated anew each time. Bounded: a new text takes the place of another.
    /// </summary>
    internal static class TextCache
    {
        private const int Sets = 128; // a power of two
        private const int Ways = 4; // texts that may share a hash
        private const int LongestBytes = 64;
        private static readonly UTF8Encoding Utf8 = new UTF8Encoding(false, true);

        [ThreadStatic]
        private static Entry[]? _entries;

        [ThreadStatic]
        private static int _next;

        /// <summary>The text of UTF-8.</summary>
        /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
        public static string Get(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length == 0)
            {
                return string.Empty;
            }
            if (bytes.Length > LongestBytes)
            {
                return Utf8.GetString(bytes);
            }
            Entry[] entries = _entries ??= new Entry[Sets * Ways];
            int first = (int)(Hash(bytes) & (Sets - 1)) * Ways;
            for (int i = first; i < first + Ways; i++)
            {
                ref Entry entry = ref entries[i];
                if (entry.Text == null)
                {
                    entry = new Entry(bytes);
                    return entry.Text!;
                }
                if (bytes.SequenceEqual(entry.Bytes))
                {
                    return entry.Text;
                }
            }
            _next = (_next + 1) % Ways;
            entries[first + _next] = new Entry(bytes);
            return entries[first + _next].Text!;
        }

        /// <summary>FNV-1a.</summary>
        private static uint Hash(ReadOnlySpan<byte> bytes)
        {
            uint hash = 2166136261;
            foreach (byte one in bytes)
            {
                hash = unchecked((hash ^ one) * 16777619);
            }
            return hash ^ (hash >> 16);
        }

        private readonly struct Entry
        {
            public readonly byte[] Bytes;
            public readonly string? Text;

            public Entry(ReadOnlySpan<byte> bytes)
            {
                Text = Utf8.GetString(bytes);
                Bytes = bytes.ToArray();
            }
        }
    }
}
