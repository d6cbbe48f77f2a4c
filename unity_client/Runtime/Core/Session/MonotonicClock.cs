#nullable enable
using System.Diagnostics;

namespace Lamp
{
    /// <summary>Seconds that never go back, the same on every thread.</summary>
    internal static class MonotonicClock
    {
        private static readonly double SecondsPerTick = 1.0 / Stopwatch.Frequency;

        public static double NowS => Stopwatch.GetTimestamp() * SecondsPerTick;
    }
}
