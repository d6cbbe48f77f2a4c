#nullable enable
using System;
using System.Threading;
using System.Threading.Tasks;

namespace Lamp
{
    /// <summary>Both directions of one stream, from the welcome to its end.</summary>
    internal sealed class Conversation
    {
        private const double SceneIntervalS = 0.02;
        private const int MostInARow = 16; // messages about the scene; the server counts them
        private const int TickMs = 50;

        private readonly SessionRunner _session;
        private readonly ILampLink _link;
        private readonly AsyncSignal _signal;
        private readonly SceneBatch _batch;
        private double _readAtS = MonotonicClock.NowS;
        private double _sceneAtS = double.NegativeInfinity;
        private volatile bool _over;
        private volatile bool _silent;

        public Conversation(SessionRunner session, ILampLink link, AsyncSignal signal, SceneBatch batch)
        {
            _session = session;
            _link = link;
            _signal = signal;
            _batch = batch;
        }

        /// <summary>Until the stream ends; why it did, null if it ended well.</summary>
        public async Task<LampException?> RunAsync()
        {
            // playheads wait for their time, and silence has to be noticed, when the game does nothing
            using var tick = new Timer(s => ((AsyncSignal)s!).Set(), _signal, TickMs, TickMs);
            Task sending = SendAsync();
            try
            {
                await ReceiveAsync().ConfigureAwait(false);
                return null;
            }
            catch (LampException error)
            {
                return _silent ? Silent() : error;
            }
            catch (OperationCanceledException)
            {
                return _silent ? Silent() : new LampException(LampStatus.Cancelled, "the stream was cut");
            }
            finally
            {
                _over = true;
                _link.Cut();
                _signal.Set();
                await sending.ConfigureAwait(false);
            }
        }

        private static LampException Silent() =>
            new LampException(LampStatus.Unavailable, "the server fell silent");

        public bool FellSilent => _silent;

        private async Task ReceiveAsync()
        {
            FrameBatch frames = _session.Frames!;
            while (true)
            {
                LinkMessage kind = await _link.ReceiveAsync(frames).ConfigureAwait(false);
                if (kind == LinkMessage.End)
                {
                    return;
                }
                Volatile.Write(ref _readAtS, MonotonicClock.NowS);
                _session.Received(kind, _link, frames);
            }
        }

        private async Task SendAsync()
        {
            try
            {
                while (!_over)
                {
                    await _signal.WaitAsync().ConfigureAwait(false);
                    double nowS = MonotonicClock.NowS;
                    if (_over || await SendNewsAsync(nowS).ConfigureAwait(false))
                    {
                        return;
                    }
                    Watch(nowS);
                }
            }
            catch (LampException)
            {
                // the receiving side knows why
            }
            catch (OperationCanceledException)
            {
                // cut
            }
        }

        /// <summary>True when bye was said.</summary>
        private async ValueTask<bool> SendNewsAsync(double nowS)
        {
            if (_session.Playhead.Take(nowS, out double sessionS))
            {
                await _link.SendPlayheadAsync(sessionS).ConfigureAwait(false);
                _session.Statistics.MessagesSent++;
            }
            bool closing = _session.Closing;
            if (closing || nowS - _sceneAtS >= SceneIntervalS)
            {
                for (int i = 0; i < MostInARow && _session.Intent.TakeNext(_batch); i++)
                {
                    _sceneAtS = nowS;
                    await _link.SendAsync(_batch).ConfigureAwait(false);
                    _session.Statistics.MessagesSent++;
                }
            }
            if (closing)
            {
                await _link.SendByeAsync().ConfigureAwait(false);
            }
            return closing;
        }

        /// <summary>
        /// Cuts a stream that is silent while the game waits: a connection may be dead without anybody having said so.
        /// </summary>
        private void Watch(double nowS)
        {
            Reconnect settings = _session.Options.Reconnect;
            PlanBuffer buffer = _session.Buffer!;
            bool waits = _session.Playhead.ToldS > buffer.LastFrameTimeS;
            if (settings.GiveUpS > 0.0 && waits && nowS - Volatile.Read(ref _readAtS) > settings.SilenceS)
            {
                _silent = true;
                _link.Cut();
            }
        }
    }
}
