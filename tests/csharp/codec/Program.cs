#nullable enable
using System;
using System.IO;
using Lamp.Protocol;

namespace Lamp.CodecTests
{
    /// <summary>
    /// Reads files of one encoded message: MESSAGE FILE. Prints "decode BYTES" and "encode BYTES", what a thousand rounds
    /// allocate after a warm-up, then "same" when the result is the file again; or "refused OFFSET ALLOCATED TEXT".
    /// </summary>
    internal static class Program
    {
        private const int Rounds = 1000;

        private static int Main(string[] arguments)
        {
            LampMessage message = LampMessages.Create(arguments[0]) ?? throw new ArgumentException(arguments[0]);
            byte[] bytes = File.ReadAllBytes(arguments[1]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                message.Parse(bytes);
            }
            catch (LampProtocolException error)
            {
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Console.WriteLine($"refused {error.Offset} {allocated} {error.Message}");
                return 0;
            }
            var writer = new WireWriter(bytes.Length);
            Console.WriteLine("decode " + Allocated(() => message.Parse(bytes)));
            Console.WriteLine("encode " + Allocated(() =>
            {
                writer.Clear();
                message.ComputeSize();
                message.WriteTo(writer);
            }));
            Console.WriteLine(writer.Written.SequenceEqual(bytes) ? "same" : "other");
            return 0;
        }

        private static long Allocated(Action round)
        {
            round();
            round();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                round();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
