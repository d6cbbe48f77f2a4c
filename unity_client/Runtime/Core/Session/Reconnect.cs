#nullable enable
using System;

namespace Lamp
{
    /// <summary>When and how often a session looks for a server again.</summary>
    public sealed class Reconnect
    {
        /// <summary>How long to try before the session fails, seconds; 0: not at all.</summary>
        public double GiveUpS = 60.0;

        /// <summary>The first attempt is made at once, the second after this time, then ever later.</summary>
        public double FirstDelayS = 0.1;

        public double Factor = 1.6;

        public double MostDelayS = 0.7; // a server that is back is found within 2 s, three slow round trips included

        /// <summary>Each delay is varied by up to this share, so that clients do not come back in step.</summary>
        public double Jitter = 0.3;

        /// <summary>How long one attempt may take, seconds.</summary>
        public double AttemptS = 5.0;

        /// <summary>A stream that lasts so long, seconds, ends the count of attempts.</summary>
        public double StableS = 5.0;

        /// <summary>A server that says nothing for so long while the game waits for frames is taken for lost, seconds.</summary>
        public double SilenceS = 5.0;

        /// <summary>
        /// Where no server knows the session any more the character is taken over so far ahead of the playhead, seconds,
        /// as far as it is buffered; what is buffered until then is still played.
        /// </summary>
        public double LeadS = 1.5;

        /// <summary>Checks the values.</summary>
        /// <exception cref="LampException">One of them cannot be used; the message names it.</exception>
        public void Check()
        {
            NotNegative(nameof(GiveUpS), GiveUpS);
            NotNegative(nameof(FirstDelayS), FirstDelayS);
            NotNegative(nameof(MostDelayS), MostDelayS);
            NotNegative(nameof(AttemptS), AttemptS);
            NotNegative(nameof(StableS), StableS);
            NotNegative(nameof(SilenceS), SilenceS);
            NotNegative(nameof(LeadS), LeadS);
            if (!(Factor >= 1.0) || !(Jitter >= 0.0 && Jitter <= 1.0))
            {
                throw new LampException(
                    LampStatus.InvalidArgument,
                    $"Reconnect: Factor {Factor} must be at least 1, Jitter {Jitter} within 0 and 1");
            }
        }

        private static void NotNegative(string name, double value)
        {
            if (!(value >= 0.0))
            {
                throw new LampException(
                    LampStatus.InvalidArgument, $"Reconnect.{name} is {value}; it must be a number of at least 0");
            }
        }
    }

    /// <summary>The delays before one attempt after another.</summary>
    internal sealed class BackOff
    {
        private readonly Reconnect _settings;
        private readonly Random _random;
        private double _next;
        private bool _tried;

        public BackOff(Reconnect settings, Random random)
        {
            _settings = settings;
            _random = random;
            _next = settings.FirstDelayS;
        }

        /// <summary>Seconds to wait before the next attempt.</summary>
        public double NextDelayS()
        {
            if (!_tried)
            {
                _tried = true;
                return 0.0;
            }
            double varied = _next * (1.0 + _settings.Jitter * (2.0 * _random.NextDouble() - 1.0));
            _next = Math.Min(_next * _settings.Factor, _settings.MostDelayS);
            return varied;
        }
    }
}
