#nullable enable
using System;
using System.Buffers.Binary;
using System.Text;

namespace Lamp.Protocol
{
    /// <summary>Writes protobuf's wire format into a buffer that is kept.</summary>
    public sealed class WireWriter
    {
        private static readonly UTF8Encoding Utf8 = new UTF8Encoding(false, true);
        private byte[] _buffer;

        public WireWriter(int capacity = 256)
        {
            _buffer = new byte[Math.Max(capacity, 16)];
        }

        public int Length { get; private set; }

        public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

        public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

        public void Clear() => Length = 0;

        /// <summary>Room for bytes at the end, to be filled by the caller.</summary>
        public Span<byte> Append(int count)
        {
            if (Length + count > _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Max(Length + count, _buffer.Length * 2));
            }
            Length += count;
            return _buffer.AsSpan(Length - count, count);
        }

        public void Varint(ulong value)
        {
            Span<byte> room = Append(SizeOf(value));
            int i = 0;
            while (value >= 0x80)
            {
                room[i++] = (byte)(value | 0x80);
                value >>= 7;
            }
            room[i] = (byte)value;
        }

        public void Float(float value) =>
            BinaryPrimitives.WriteInt32LittleEndian(Append(4), BitConverter.SingleToInt32Bits(value));

        public void Double(double value) =>
            BinaryPrimitives.WriteInt64LittleEndian(Append(8), BitConverter.DoubleToInt64Bits(value));

        public void String(string value)
        {
            int size = SizeOfText(value);
            Varint((ulong)size);
            Utf8.GetBytes(value, Append(size));
        }

        /// <summary>Bytes of a number.</summary>
        public static int SizeOf(ulong value)
        {
            int size = 1;
            while (value >= 0x80)
            {
                value >>= 7;
                size++;
            }
            return size;
        }

        /// <summary>Bytes of packed numbers, without their length.</summary>
        public static int SizeOf(RepeatedValue<uint> values)
        {
            int size = 0;
            for (int i = 0; i < values.Count; i++)
            {
                size += SizeOf(values[i]);
            }
            return size;
        }

        /// <summary>Bytes of a text, without its length.</summary>
        public static int SizeOfText(string value) => Utf8.GetByteCount(value);

        /// <summary>Bytes of a text, with its length.</summary>
        public static int SizeOf(string value)
        {
            int size = SizeOfText(value);
            return SizeOf((ulong)size) + size;
        }
    }
}
