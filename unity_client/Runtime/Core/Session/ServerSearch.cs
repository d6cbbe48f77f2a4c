#nullable enable
using System;
using System.Threading;
using System.Threading.Tasks;

namespace Lamp
{
    /// <summary>Finding a server: the first one, and another when the connection is lost.</summary>
    internal sealed class ServerSearch
    {
        /// <summary>Why a server that is about to stop ends streams and refuses new ones.</summary>
        public const string Stopping = "SHUTTING_DOWN";

        private readonly ILampConnector _connector;
        private readonly Reconnect _settings;
        private readonly CancellationToken _stop;
        private readonly Random _random = new Random();
        private string _affinity = NewKey();
        private BackOff? _delays; // null: all is calm
        private double _deadlineS;

        public ServerSearch(ILampConnector connector, Reconnect settings, CancellationToken stop)
        {
            _connector = connector;
            _settings = settings;
            _stop = stop;
        }

        /// <summary>The stream just lost lasted long enough: what was before it does not count any more.</summary>
        public void Calm() => _delays = null;

        /// <summary>The first stream, within <paramref name="withinS"/>.</summary>
        public async Task<OpenLink> FirstAsync(HelloInfo hello, double withinS)
        {
            double endS = MonotonicClock.NowS + withinS;
            var delays = new BackOff(_settings, _random);
            while (true)
            {
                await PauseAsync(Math.Min(delays.NextDelayS(), endS - MonotonicClock.NowS)).ConfigureAwait(false);
                try
                {
                    return await TryAsync(hello, endS).ConfigureAwait(false);
                }
                catch (LampException error) when (error.MayTryAgain && MonotonicClock.NowS + 0.05 < endS)
                {
                    // another attempt, perhaps at another address
                }
            }
        }

        /// <summary>Another stream for a session that lost its own with <paramref name="error"/>.</summary>
        /// <exception cref="LampException">None was found in time, or a server refused the session.</exception>
        public async Task<OpenLink> AgainAsync(LampException error, Func<HelloInfo> hello)
        {
            if (_delays == null)
            {
                _delays = new BackOff(_settings, _random);
                _deadlineS = MonotonicClock.NowS + _settings.GiveUpS;
            }
            if (error.Reason == Stopping)
            {
                _affinity = NewKey();
            }
            int failed = 0;
            double leftS;
            while ((leftS = _deadlineS - MonotonicClock.NowS) > 0.0)
            {
                if (failed % _connector.Addresses == 0)
                {
                    // one round over all servers, then a pause
                    double delayS = Math.Max(_delays.NextDelayS(), error.RetryAfterS);
                    await PauseAsync(Math.Min(delayS, leftS)).ConfigureAwait(false);
                }
                try
                {
                    return await TryAsync(hello(), _deadlineS).ConfigureAwait(false);
                }
                catch (LampException found) when (found.MayTryAgain)
                {
                    error = found;
                    failed++;
                }
            }
            throw new LampException(
                error.Status, $"no server took the session up within {_settings.GiveUpS:g} s: {error.Message}");
        }

        /// <summary>
        /// A stream to another server while the one that is about to stop still sends; null when there is no sense in
        /// trying, or <paramref name="enough"/> was signalled.
        /// </summary>
        public async Task<OpenLink?> ElsewhereAsync(Func<HelloInfo> hello, CancellationToken enough)
        {
            _affinity = NewKey();
            _connector.Leave(_connector.Address);
            var delays = new BackOff(_settings, _random);
            while (!enough.IsCancellationRequested && !_stop.IsCancellationRequested)
            {
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(delays.NextDelayS()), enough).ConfigureAwait(false);
                    OpenLink found = await TryAsync(hello(), MonotonicClock.NowS + _settings.AttemptS)
                        .ConfigureAwait(false);
                    if (!enough.IsCancellationRequested)
                    {
                        return found;
                    }
                    found.Link.Dispose();
                }
                catch (LampException error) when (error.MayTryAgain)
                {
                    // it may come up yet
                }
                catch (LampException)
                {
                    return null;
                }
                catch (OperationCanceledException)
                {
                    return null;
                }
            }
            return null;
        }

        private async Task<OpenLink> TryAsync(HelloInfo hello, double endS)
        {
            double attemptS = Math.Min(Math.Max(endS - MonotonicClock.NowS, 0.1), _settings.AttemptS);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop);
            limit.CancelAfter(TimeSpan.FromSeconds(attemptS));
            ILampLink link = _connector.Connect(_affinity);
            try
            {
                WelcomeInfo welcome = await link.OpenAsync(hello, limit.Token).ConfigureAwait(false);
                Accept(welcome);
                return new OpenLink(link, welcome);
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                link.Dispose();
                _connector.Redial();
                _connector.Leave(link.Address);
                throw new LampException(
                    LampStatus.DeadlineExceeded, $"no welcome from {link.Address} within {attemptS:g3} s; is the server up?");
            }
            catch (LampException error)
            {
                link.Dispose();
                if (error.Reason == Stopping)
                {
                    _affinity = NewKey();
                }
                _connector.Leave(link.Address);
                throw;
            }
            catch
            {
                link.Dispose();
                throw;
            }
        }

        private static string NewKey() => Guid.NewGuid().ToString("N").Substring(0, 16);

        private static void Accept(WelcomeInfo welcome)
        {
            if (welcome.Skeleton.Hash != SkeletonInfo.KnownHash)
            {
                throw new LampException(
                    LampStatus.FailedPrecondition,
                    $"the server's skeleton is {welcome.Skeleton.Hash}, this package knows {SkeletonInfo.KnownHash}");
            }
        }

        private async Task PauseAsync(double seconds)
        {
            if (seconds > 0.0)
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), _stop).ConfigureAwait(false);
            }
            _stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A stream whose server has said welcome.</summary>
    internal sealed class OpenLink
    {
        public OpenLink(ILampLink link, WelcomeInfo welcome)
        {
            Link = link;
            Welcome = welcome;
        }

        public ILampLink Link { get; }

        public WelcomeInfo Welcome { get; }
    }
}
