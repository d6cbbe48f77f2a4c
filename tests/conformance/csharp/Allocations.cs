#nullable enable
using System;
using System.Text.Json;

namespace Lamp.Conformance
{
    /// <summary>Bytes allocated per frame by the game loop's thread, and per message by all others.</summary>
    internal sealed class Allocations
    {
        private const double WarmUpS = 3.0;
        private bool _measuring;
        private long _frames;
        private long _bytes;
        private long _before;
        private long _totalAtStart;
        private long _ownAtStart;
        private long _messagesAtStart;
        private long _totalNow;
        private long _ownNow;
        private long _messagesNow;

        public void Begin(double runningS, long messages)
        {
            if (!_measuring && runningS > WarmUpS)
            {
                _measuring = true;
                _messagesAtStart = messages;
                _totalAtStart = GC.GetTotalAllocatedBytes();
                _ownAtStart = GC.GetAllocatedBytesForCurrentThread();
            }
            _before = GC.GetAllocatedBytesForCurrentThread();
        }

        public void End()
        {
            if (_measuring)
            {
                _bytes += GC.GetAllocatedBytesForCurrentThread() - _before;
                _frames++;
            }
        }

        /// <summary>Remembers where all threads are.</summary>
        public void EndFrame(long messages)
        {
            if (_measuring)
            {
                _totalNow = GC.GetTotalAllocatedBytes();
                _ownNow = GC.GetAllocatedBytesForCurrentThread();
                _messagesNow = messages;
            }
        }

        public void Tell(Utf8JsonWriter json)
        {
            long messages = _messagesNow - _messagesAtStart;
            Number(json, "allocations_per_frame", _frames > 0, _bytes / (double)Math.Max(_frames, 1));
            double others = (_totalNow - _totalAtStart) - (_ownNow - _ownAtStart);
            Number(json, "receive_allocations_per_message", messages > 0, others / Math.Max(messages, 1));
        }

        private static void Number(Utf8JsonWriter json, string name, bool known, double value)
        {
            if (known)
            {
                json.WriteNumber(name, value);
            }
            else
            {
                json.WriteNull(name);
            }
        }
    }
}
