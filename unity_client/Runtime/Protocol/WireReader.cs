#nullable enable
using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Lamp.Protocol
{
    /// <summary>Reads protobuf's wire format; never past its end, and never allocates by what a length claims.</summary>
    public ref struct WireReader
    {
        /// <summary>
        /// Most messages one repeated field may have: empty ones cost two bytes there and hundreds here. A plan of a
        /// minute at 240 frames a second has 14,400.
        /// </summary>
        public const int MaxElements = 65_536;

        private const int MaxDepth = 100;
        private readonly ReadOnlySpan<byte> _bytes;
        private readonly int _base;
        private readonly int _depth;
        private int _at;

        public WireReader(ReadOnlySpan<byte> bytes)
            : this(bytes, 0, 0)
        {
        }

        private WireReader(ReadOnlySpan<byte> bytes, int start, int depth)
        {
            _bytes = bytes;
            _base = start;
            _depth = depth;
            _at = 0;
        }

        public bool AtEnd => _at >= _bytes.Length;

        /// <summary>Field number times 8 plus wire type; 0 at the end.</summary>
        public uint ReadTag()
        {
            if (AtEnd)
            {
                return 0;
            }
            int start = _at;
            uint tag = ReadUnknownTag();
            return tag >> 3 != 0 ? tag : throw Bad("a tag that cannot be", start);
        }

        /// <summary>Field number 0 too: Python's protobuf takes it where it knows no field at all.</summary>
        private uint ReadUnknownTag()
        {
            int start = _at;
            ulong tag = ReadVarint();
            return tag <= uint.MaxValue && _at - start <= 5 ? (uint)tag : throw Bad("a tag that cannot be", start);
        }

        /// <summary>Up to 10 bytes; bits beyond the 64th are dropped, as other implementations do.</summary>
        public ulong ReadVarint()
        {
            ulong value = 0;
            int start = _at;
            for (int shift = 0; shift < 70; shift += 7)
            {
                if (AtEnd)
                {
                    throw Bad("a number that is cut short", start);
                }
                byte next = _bytes[_at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
            throw Bad("a number of more than 10 bytes", start);
        }

        public float ReadFloat() => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt32LittleEndian(Take(4)));

        public double ReadDouble() => BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(Take(8)));

        /// <summary>A text; short ones that came before are not allocated again.</summary>
        public string ReadString()
        {
            int start = _at;
            ReadOnlySpan<byte> bytes = TakeLength();
            try
            {
                return TextCache.Get(bytes);
            }
            catch (DecoderFallbackException)
            {
                throw Bad("text that is not UTF-8", start);
            }
        }

        /// <summary>A reader for the bytes of a nested message or packed field.</summary>
        public WireReader ReadNested()
        {
            int start = _at;
            if (_depth >= MaxDepth)
            {
                throw Bad($"more than {MaxDepth} nested messages", start);
            }
            ReadOnlySpan<byte> bytes = TakeLength();
            return new WireReader(bytes, _base + _at - bytes.Length, _depth + 1);
        }

        /// <summary>A reader for one more message of a repeated field that has <paramref name="count"/> already.</summary>
        public WireReader ReadElement(int count)
        {
            if (count >= MaxElements)
            {
                throw Bad($"more than {MaxElements} messages in one field", _at);
            }
            return ReadNested();
        }

        /// <summary>A packed field of floats.</summary>
        public void ReadPackedFloats(RepeatedValue<float> into)
        {
            int start = _at;
            ReadOnlySpan<byte> bytes = TakeLength();
            if (bytes.Length % 4 != 0)
            {
                throw Bad("packed numbers that are cut short", start);
            }
            Span<float> room = into.Append(bytes.Length / 4);
            if (BitConverter.IsLittleEndian)
            {
                bytes.CopyTo(MemoryMarshal.AsBytes(room));
                return;
            }
            for (int i = 0; i < room.Length; i++)
            {
                room[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt32LittleEndian(bytes.Slice(4 * i)));
            }
        }

        /// <summary>Skips everything there is: of a message that has no fields.</summary>
        public void SkipRest()
        {
            while (!AtEnd)
            {
                Skip(ReadUnknownTag());
            }
        }

        /// <summary>Skips a field that is not known here, or has another type than it should.</summary>
        public void Skip(uint tag) => Skip(tag, 0);

        private void Skip(uint tag, int depth)
        {
            switch (tag & 7)
            {
                case 0:
                    ReadVarint();
                    break;
                case 1:
                    Take(8);
                    break;
                case 2:
                    TakeLength();
                    break;
                case 3:
                    SkipGroup(tag, depth + 1);
                    break;
                case 5:
                    Take(4);
                    break;
                default:
                    throw Bad($"wire type {tag & 7}", _at);
            }
        }

        private void SkipGroup(uint tag, int depth)
        {
            if (_depth + depth >= MaxDepth)
            {
                throw Bad($"more than {MaxDepth} nested groups", _at);
            }
            while (true)
            {
                if (AtEnd)
                {
                    throw Bad("a group without an end", _at);
                }
                uint inner = ReadUnknownTag();
                if ((inner & 7) == 4)
                {
                    if (inner >> 3 != tag >> 3)
                    {
                        throw Bad("the end of another group", _at);
                    }
                    return;
                }
                Skip(inner, depth);
            }
        }

        private ReadOnlySpan<byte> TakeLength()
        {
            int start = _at;
            ulong length = ReadVarint();
            if (length > (ulong)(_bytes.Length - _at))
            {
                throw Bad($"a length of {length} where {_bytes.Length - _at} bytes are left", start);
            }
            return Take((int)length);
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            if (count > _bytes.Length - _at)
            {
                throw Bad($"{count} bytes wanted, {_bytes.Length - _at} left", _at);
            }
            _at += count;
            return _bytes.Slice(_at - count, count);
        }

        private LampProtocolException Bad(string what, int at) => new LampProtocolException(what, _base + at);
    }
}
