#nullable enable
using System;
using System.Diagnostics;
using System.Threading;
using UnityEngine;

namespace Lamp.PlayTests
{
    /// <summary>Plays frames in real time, or slower by a factor, 60 a second where the machine can.</summary>
    internal sealed class Clock
    {
        private const double FrameS = 1.0 / 60.0;
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly double _speed;
        private double _shownS;

        public Clock(double speed = 1.0)
        {
            _speed = speed;
        }

        public double NowS => _shownS;

        public void Frame()
        {
            Thread.Sleep((int)(1000.0 * Math.Max(_shownS / _speed + FrameS - _watch.Elapsed.TotalSeconds, 0.0)));
            double nowS = _watch.Elapsed.TotalSeconds * _speed;
            StubEngine.Frame((float)(nowS - _shownS));
            _shownS = nowS;
        }

        public void For(double seconds)
        {
            for (double endS = _shownS + seconds; _shownS < endS;)
            {
                Frame();
            }
        }

        public void Until(Func<bool> holds, double withinS)
        {
            for (double endS = _shownS + withinS; !holds();)
            {
                Frame();
                if (_shownS > endS)
                {
                    throw new TimeoutException($"it does not happen within {withinS} s: {string.Join(" | ", UnityEngine.Debug.Lines)}");
                }
            }
        }
    }
}
