#nullable enable
namespace Lamp
{
    /// <summary>Events on their way from the network's threads to the game's; a fixed number, the oldest give way.</summary>
    public sealed class EventQueue
    {
        private const int Most = 256;
        private readonly object _gate = new object();
        private readonly LampEvent[] _ring = new LampEvent[Most];
        private int _first;
        private int _count;

        /// <summary>Events lost because nobody took them up.</summary>
        public long Dropped { get; private set; }

        internal void Add(LampEvent happened)
        {
            lock (_gate)
            {
                if (_count == Most)
                {
                    _first = (_first + 1) % Most;
                    _count--;
                    Dropped++;
                }
                _ring[(_first + _count) % Most] = happened;
                _count++;
            }
        }

        /// <summary>The oldest event; false when there is none.</summary>
        public bool TryTake(out LampEvent happened)
        {
            lock (_gate)
            {
                if (_count == 0)
                {
                    happened = default;
                    return false;
                }
                happened = _ring[_first];
                _ring[_first] = default;
                _first = (_first + 1) % Most;
                _count--;
                return true;
            }
        }
    }
}
