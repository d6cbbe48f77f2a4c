#nullable enable
using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace Lamp
{
    /// <summary>Until when a call may take: said to the server, and watched here, should the server no longer answer.</summary>
    internal sealed class GrpcDeadline : IDisposable
    {
        private const double MostDigits = 99999999.0; // of grpc-timeout
        private const double LongestS = 2e6; // what a timer takes
        private const double EarlyS = 0.05; // the server's clock may be the first, and it may only cut the stream
        private readonly CancellationTokenSource _source = new CancellationTokenSource();
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly double _timeoutS;

        /// <param name="timeoutS">Seconds from now; 0: no deadline.</param>
        public GrpcDeadline(double timeoutS)
        {
            _timeoutS = timeoutS;
            if (timeoutS > 0.0)
            {
                Header = Text(timeoutS);
                _source.CancelAfter(TimeSpan.FromSeconds(Math.Min(timeoutS, LongestS)));
            }
        }

        /// <summary>Value of the header grpc-timeout; null: no deadline.</summary>
        public string? Header { get; }

        public CancellationToken Token => _source.Token;

        /// <summary>Whether what went wrong did so because time was up.</summary>
        public bool IsOver => _timeoutS > 0.0 && _watch.Elapsed.TotalSeconds >= _timeoutS - EarlyS;

        public void Dispose() => _source.Dispose();

        private static string Text(double seconds)
        {
            double ms = Math.Ceiling(seconds * 1000.0);
            return ms <= MostDigits
                ? ms.ToString("F0", CultureInfo.InvariantCulture) + "m"
                : Math.Min(Math.Ceiling(seconds), MostDigits).ToString("F0", CultureInfo.InvariantCulture) + "S";
        }
    }
}
