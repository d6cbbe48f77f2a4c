#nullable enable
namespace Lamp
{
    /// <summary>The newest playhead and whether it is due to be sent; one that was not sent yet is replaced.</summary>
    internal sealed class Playhead
    {
        public const double IntervalS = 0.05;
        private readonly object _gate = new object();
        private double _toldS = double.NaN;
        private bool _waits;
        private double _sentAtS = double.NegativeInfinity;

        /// <summary>Session time told last; NaN before the first.</summary>
        public double ToldS
        {
            get
            {
                lock (_gate)
                {
                    return _toldS;
                }
            }
        }

        /// <summary>Takes a playhead; true when it may be sent now.</summary>
        public bool Tell(double sessionS, double nowS)
        {
            lock (_gate)
            {
                if (!double.IsFinite(sessionS) || sessionS < 0.0 || sessionS < _toldS)
                {
                    return false;
                }
                _toldS = sessionS;
                _waits = true;
                return nowS - _sentAtS >= IntervalS;
            }
        }

        /// <summary>The playhead to send now; false when there is none or the last was a moment ago.</summary>
        public bool Take(double nowS, out double sessionS)
        {
            lock (_gate)
            {
                sessionS = _toldS;
                if (!_waits || nowS - _sentAtS < IntervalS)
                {
                    return false;
                }
                _waits = false;
                _sentAtS = nowS;
                return true;
            }
        }

        /// <summary>Another stream: its server has heard nothing.</summary>
        public void Again()
        {
            lock (_gate)
            {
                _waits = !double.IsNaN(_toldS);
                _sentAtS = double.NegativeInfinity;
            }
        }
    }
}
