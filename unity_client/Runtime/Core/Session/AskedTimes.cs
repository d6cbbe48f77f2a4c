#nullable enable
namespace Lamp
{
    /// <summary>When the last revisions were asked for.</summary>
    internal sealed class AskedTimes
    {
        private const int Most = 256;
        private readonly object _gate = new object();
        private readonly ulong[] _revisions = new ulong[Most];
        private readonly double[] _timesS = new double[Most];
        private int _next;

        public void Add(ulong revision, double nowS)
        {
            lock (_gate)
            {
                _revisions[_next] = revision;
                _timesS[_next] = nowS;
                _next = (_next + 1) % Most;
            }
        }

        /// <summary>NaN for a revision that is not known, or not any more.</summary>
        public double Find(ulong revision)
        {
            lock (_gate)
            {
                for (int i = 0; i < Most && revision != 0; i++)
                {
                    if (_revisions[i] == revision)
                    {
                        return _timesS[i];
                    }
                }
                return double.NaN;
            }
        }
    }
}
