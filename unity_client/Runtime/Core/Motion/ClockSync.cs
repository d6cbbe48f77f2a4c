#nullable enable
using System;

namespace Lamp
{
    /// <summary>
    /// Keeps session time beside the game's clock: it starts with the first frame, runs with the game, waits where
    /// frames have run out, and never goes back.
    /// </summary>
    /// <remarks>
    /// The server knows only session time (frame k is at k / fps) and learns the playhead from it, so no clock of two
    /// machines has to agree. Obstacles and targets are stamped through <see cref="SessionTime"/>. For the game's thread.
    /// </remarks>
    public sealed class ClockSync
    {
        private double _gameS = double.NaN;
        private double _sessionS;

        /// <summary>Longest step of the game taken at once, seconds; a longer one (a hitch, a debugger) is a pause.</summary>
        public double LongestStepS { get; set; } = 0.5;

        /// <summary>How much session time was not played because frames had run out, seconds.</summary>
        public double WaitedS { get; private set; }

        /// <summary>How often frames had run out; one uninterrupted wait counts once.</summary>
        public int Stalls { get; private set; }

        /// <summary>Whether frames have run out now, and for how long, seconds.</summary>
        public bool Waiting { get; private set; }

        public double WaitingS { get; private set; }

        /// <summary>Whether the first frame has come.</summary>
        public bool Started => !double.IsNaN(_gameS);

        /// <summary>Session time of what is on the screen, seconds.</summary>
        public double NowS => _sessionS;

        /// <summary>Begins, at the session time of the first frame.</summary>
        public void Start(double gameS, double sessionS)
        {
            _gameS = gameS;
            _sessionS = sessionS;
        }

        /// <summary>Advances to the game's time and returns session time.</summary>
        /// <param name="gameS">The game's clock, seconds; while the game is paused it stands still.</param>
        /// <param name="lastFrameS">Session time of the last frame there is.</param>
        public double Advance(double gameS, double lastFrameS)
        {
            if (!Started || !double.IsFinite(gameS))
            {
                return _sessionS;
            }
            double step = Math.Min(Math.Max(gameS - _gameS, 0.0), LongestStepS);
            _gameS = gameS;
            double wanted = _sessionS + step;
            double played = Math.Max(_sessionS, Math.Min(wanted, lastFrameS));
            bool waiting = step > 0.0 && played < wanted;
            Stalls += waiting && !Waiting ? 1 : 0;
            Waiting = step > 0.0 ? waiting : Waiting;
            WaitingS = Waiting ? WaitingS + wanted - played : 0.0;
            WaitedS += wanted - played;
            _sessionS = played;
            return played;
        }

        /// <summary>Session time of a moment of the game's clock, from where both are now.</summary>
        public double SessionTime(double gameS) => Started ? _sessionS + (gameS - _gameS) : _sessionS;
    }
}
