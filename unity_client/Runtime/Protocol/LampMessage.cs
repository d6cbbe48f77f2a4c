#nullable enable
using System;

namespace Lamp.Protocol
{
    /// <summary>
    /// A protobuf message of LaMP. Made once and filled again and again: <see cref="Clear"/> keeps what was allocated.
    /// Unknown fields are skipped.
    /// </summary>
    public abstract class LampMessage
    {
        /// <summary>Every field as if never set.</summary>
        public abstract void Clear();

        /// <summary>Bytes of the encoded message; also prepares <see cref="WriteTo"/>.</summary>
        public abstract int ComputeSize();

        /// <summary>Appends the message; <see cref="ComputeSize"/> must have been called since the last change.</summary>
        public abstract void WriteTo(WireWriter writer);

        /// <summary>Adds what was encoded to what is here, as protobuf merges.</summary>
        /// <exception cref="LampProtocolException">The bytes are no message; what was read until there stays.</exception>
        public abstract void MergeFrom(ref WireReader reader);

        /// <summary>Size found by the last <see cref="ComputeSize"/>.</summary>
        public int CachedSize { get; protected set; }

        /// <summary>Replaces everything by what is encoded.</summary>
        /// <exception cref="LampProtocolException">The bytes are no message.</exception>
        public void Parse(ReadOnlySpan<byte> bytes)
        {
            Clear();
            var reader = new WireReader(bytes);
            MergeFrom(ref reader);
        }

        /// <summary>The encoded message, newly allocated.</summary>
        public byte[] ToBytes()
        {
            var writer = new WireWriter(ComputeSize());
            WriteTo(writer);
            return writer.Written.ToArray();
        }
    }
}
