#nullable enable
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Lamp.Protocol;

namespace Lamp.Conformance
{
    /// <summary>Decodes and encodes what the suite sends.</summary>
    internal static class CodecMode
    {
        private const byte Decoded = 0;
        private const byte Refused = 1;
        private const byte UnknownName = 2;

        public static void Run(Stream source, Stream sink)
        {
            using var output = new BufferedStream(sink, 1 << 20);
            var input = new Input(source, output);
            var known = new Dictionary<string, LampMessage>();
            var writer = new WireWriter(1 << 16);
            var head = new byte[5];
            byte[] body = new byte[1 << 16];
            while (input.Fill(head, 4))
            {
                int count = (int)BinaryPrimitives.ReadUInt32LittleEndian(head);
                body = body.Length < count ? new byte[count * 2] : body;
                if (!input.Fill(body, count))
                {
                    return;
                }
                writer.Clear();
                byte status = Answer(body.AsSpan(0, count), known, writer);
                BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)(1 + writer.Length));
                head[4] = status;
                output.Write(head, 0, 5);
                output.Write(writer.Written);
            }
        }

        private static byte Answer(ReadOnlySpan<byte> request, Dictionary<string, LampMessage> known, WireWriter writer)
        {
            int length = request[0];
            string name = Encoding.ASCII.GetString(request.Slice(1, length));
            if (!known.TryGetValue(name, out LampMessage? message))
            {
                message = LampMessages.Create(name);
                if (message == null)
                {
                    return UnknownName;
                }
                known.Add(name, message);
            }
            try
            {
                message.Parse(request.Slice(1 + length));
            }
            catch (LampProtocolException)
            {
                return Refused;
            }
            message.ComputeSize();
            message.WriteTo(writer);
            return Decoded;
        }

        /// <summary>Reads large blocks; whoever waits for answers has them before this waits for more.</summary>
        private sealed class Input
        {
            private readonly byte[] _block = new byte[1 << 20];
            private readonly Stream _source;
            private readonly Stream _answers;
            private int _at;
            private int _end;

            public Input(Stream source, Stream answers)
            {
                _source = source;
                _answers = answers;
            }

            public bool Fill(byte[] into, int count)
            {
                for (int got = 0; got < count;)
                {
                    if (_at == _end)
                    {
                        _answers.Flush();
                        _at = 0;
                        _end = _source.Read(_block, 0, _block.Length);
                        if (_end == 0)
                        {
                            return false;
                        }
                    }
                    int more = Math.Min(count - got, _end - _at);
                    Array.Copy(_block, _at, into, got, more);
                    _at += more;
                    got += more;
                }
                return true;
            }
        }
    }
}
