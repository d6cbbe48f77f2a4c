#nullable enable
using System;

namespace Lamp.Protocol
{
    /// <summary>Bytes that are no message; says at which offset.</summary>
    public sealed class LampProtocolException : Exception
    {
        public LampProtocolException(string message, int offset)
            : base($"{message} at byte {offset}")
        {
            Offset = offset;
        }

        public int Offset { get; }
    }
}
