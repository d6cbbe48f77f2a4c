#nullable enable
using System;
using System.Threading;
using System.Threading.Tasks;

namespace Lamp
{
    /// <summary>The life of a session in the background: one stream after another until it ends.</summary>
    internal sealed class SessionRunner
    {
        private readonly ILampConnector _connector;
        private readonly EventQueue _events;
        private readonly ServerSearch _search;
        private readonly CancellationTokenSource _stop = new CancellationTokenSource();
        private readonly AsyncSignal _signal = new AsyncSignal();
        private readonly SceneBatch _batch = new SceneBatch();
        private readonly AskedTimes _asked = new AskedTimes();
        private volatile int _state;
        private volatile bool _closing;
        private volatile ILampLink? _link;
        private CancellationTokenSource? _enough; // ends the search for another server
        private Task<OpenLink?>? _moving;

        public SessionRunner(
            LampSessionOptions options, ILampConnector connector, SceneIntent intent, EventQueue events,
            SessionStatistics statistics)
        {
            Options = options;
            _connector = connector;
            Intent = intent;
            _events = events;
            Statistics = statistics;
            _search = new ServerSearch(connector, options.Reconnect, _stop.Token);
            Geometry = new GeometryShelf(connector, options.MetresPerUnit, _stop.Token);
        }

        public LampSessionOptions Options { get; }

        public SceneIntent Intent { get; }

        public SessionStatistics Statistics { get; }

        public GeometryShelf Geometry { get; }

        public Playhead Playhead { get; } = new Playhead();

        public SessionState State => (SessionState)_state;

        public bool Closing => _closing;

        public volatile WelcomeInfo? Welcome;
        public volatile PlanBuffer? Buffer;
        public volatile FrameBatch? Frames;
        public volatile PlanReport? LastPlan;
        public volatile LampException? Error;

        /// <summary>Seconds the server had left when it said that it would stop; NaN: it did not.</summary>
        public double StopsInS { get; private set; } = double.NaN;

        public double LastPlanLatencyS { get; private set; } = double.NaN;

        public void SetPlayhead(double sessionS)
        {
            if (Playhead.Tell(sessionS, MonotonicClock.NowS))
            {
                _signal.Set();
            }
        }

        public void Asked(ulong revision)
        {
            _asked.Add(revision, MonotonicClock.NowS);
            _signal.Set();
        }

        /// <summary>Say bye, or stop looking for a server.</summary>
        public void Close()
        {
            _closing = true;
            if (State != SessionState.Live)
            {
                Cut();
            }
            _signal.Set();
        }

        /// <summary>Ends everything at once.</summary>
        public void Cut()
        {
            _closing = true;
            _stop.Cancel();
            _link?.Cut();
            _signal.Set();
            if (State == SessionState.New)
            {
                _state = (int)SessionState.Closed;
            }
        }

        public async Task RunAsync()
        {
            try
            {
                _state = (int)SessionState.Connecting;
                OpenLink open = await _search.FirstAsync(HelloBuilder.First(Options), Options.FirstS)
                    .ConfigureAwait(false);
                Begin(open.Welcome);
                await LiveAsync(open).ConfigureAwait(false);
                End(SessionState.Closed, LampEventKind.Closed, "the session ended");
            }
            catch (OperationCanceledException)
            {
                End(SessionState.Closed, LampEventKind.Closed, "the session was closed");
            }
            catch (LampException error)
            {
                Fail(error);
            }
            catch (Exception error)
            {
                // a mistake of this package: the game goes on with the last good motion
                Fail(new LampException(LampStatus.Internal, $"the session broke: {error}", inner: error));
            }
            finally
            {
                _link = null;
            }
        }

        /// <summary>What came over the stream; on the receiving thread.</summary>
        public void Received(LinkMessage kind, ILampLink link, FrameBatch frames)
        {
            Statistics.MessagesReceived++;
            if (link.BadFrames > 0)
            {
                Statistics.BadFrames += link.BadFrames;
                _events.Add(new LampEvent(
                    LampEventKind.BadFrame,
                    $"{link.BadFrames} frames of the server were no usable poses; the last good motion stays"));
            }
            switch (kind)
            {
                case LinkMessage.Frames:
                    Statistics.FramesReceived += frames.Count;
                    Buffer!.Add(frames);
                    break;
                case LinkMessage.Plan:
                    TakePlan(link.Plan!, frames);
                    break;
                case LinkMessage.Notice:
                    TakeNotice(link.Notice);
                    break;
                case LinkMessage.GoingAway:
                    Leave(link);
                    break;
            }
        }

        private async Task LiveAsync(OpenLink open)
        {
            while (true)
            {
                _link = open.Link;
                _state = (int)SessionState.Live;
                double beganS = MonotonicClock.NowS;
                var conversation = new Conversation(this, open.Link, _signal, _batch);
                Task restoring = RestoreGeometryAsync(open.Welcome);
                LampException? error;
                try
                {
                    error = await conversation.RunAsync().ConfigureAwait(false);
                }
                finally
                {
                    _link = null;
                    open.Link.Dispose();
                }
                OpenLink? moved = await MovedAsync().ConfigureAwait(false);
                if (moved != null)
                {
                    open = moved;
                    TakeUp(open.Welcome, 0.0);
                    continue;
                }
                if (error == null || _closing)
                {
                    return;
                }
                open = await FindAgainAsync(error, conversation.FellSilent, beganS).ConfigureAwait(false);
            }
        }

        private async Task<OpenLink> FindAgainAsync(LampException error, bool silent, double beganS)
        {
            Reconnect settings = Options.Reconnect;
            if (settings.GiveUpS <= 0.0 || !error.IsLost)
            {
                throw error;
            }
            double lostAtS = MonotonicClock.NowS;
            _state = (int)SessionState.Lost;
            _events.Add(new LampEvent(LampEventKind.Lost, $"{error.Status}: {error.Message}"));
            if (silent)
            {
                _connector.Redial();
            }
            if (lostAtS - beganS >= settings.StableS)
            {
                _search.Calm();
            }
            OpenLink found = await _search.AgainAsync(error, () => HelloAgain(true)).ConfigureAwait(false);
            TakeUp(found.Welcome, MonotonicClock.NowS - lostAtS);
            return found;
        }

        private HelloInfo HelloAgain(bool resume) =>
            HelloBuilder.Again(Options, Intent.Prompt, Welcome!, Buffer!, Playhead.ToldS, resume);

        private void Begin(WelcomeInfo welcome)
        {
            SkeletonInfo skeleton = welcome.Skeleton;
            Frames = new FrameBatch(skeleton.Count, skeleton.ContactJoints.Length);
            Buffer = new PlanBuffer(welcome.Fps, welcome.HorizonS, skeleton.Count, skeleton.ContactJoints.Length);
            Intent.SetLimits(welcome);
            Intent.Connected(welcome.SceneRevision, welcome.Resumed);
            Welcome = welcome;
            _events.Add(new LampEvent(
                LampEventKind.Connected, $"connected to {_connector.Address}; model {welcome.ModelName}"));
        }

        private void TakeUp(WelcomeInfo welcome, double lostS)
        {
            Statistics.Reconnects++;
            StopsInS = double.NaN;
            Statistics.LastReconnectS = lostS;
            Buffer!.Rejoin(welcome.Resumed);
            Intent.SetLimits(welcome);
            Intent.Connected(welcome.SceneRevision, welcome.Resumed);
            Playhead.Again();
            Welcome = welcome;
            _events.Add(welcome.Resumed
                ? new LampEvent(LampEventKind.Resumed, $"{_connector.Address} goes on with the session")
                : new LampEvent(LampEventKind.Restarted, $"{_connector.Address} starts from what is buffered"));
            _signal.Set();
        }

        private async Task RestoreGeometryAsync(WelcomeInfo welcome)
        {
            if (!welcome.Resumed)
            {
                string problem = await Geometry.RestoreAsync(Intent.GeometryIds()).ConfigureAwait(false);
                if (problem.Length > 0)
                {
                    _events.Add(new LampEvent(LampEventKind.Notice, problem));
                }
            }
            Intent.GeometryReady();
            _signal.Set();
        }

        private void TakePlan(PlanReport plan, FrameBatch frames)
        {
            Statistics.PlansReceived++;
            Statistics.FramesReceived += frames.Count;
            if (!Buffer!.BeginPlan(plan.PlanId, plan.StartFrame, frames))
            {
                Statistics.StalePlans++;
                return;
            }
            LastPlanLatencyS = MonotonicClock.NowS - _asked.Find(plan.SceneRevision);
            LastPlan = plan;
            _events.Add(new LampEvent(LampEventKind.Plan, string.Empty, string.Empty, plan));
        }

        private void TakeNotice(NoticeInfo notice)
        {
            if (!notice.IsRefusal)
            {
                _events.Add(new LampEvent(LampEventKind.Notice, notice.Message, noticeCode: notice.Code));
                return;
            }
            string? dropped = Intent.Refused(notice.Revision);
            if (dropped != null)
            {
                Statistics.Refusals++;
                _events.Add(new LampEvent(LampEventKind.Refused, notice.Message, dropped, noticeCode: notice.Code));
            }
            _signal.Set();
        }

        /// <summary>The server is about to stop: its frames keep coming while another is looked for.</summary>
        private void Leave(ILampLink link)
        {
            StopsInS = link.GoingAwayGraceS;
            _events.Add(new LampEvent(
                LampEventKind.GoingAway, $"the server stops in {link.GoingAwayGraceS:g3} s: {link.GoingAwayReason}"));
            if (_moving == null && Options.Reconnect.GiveUpS > 0.0)
            {
                _enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                _moving = MoveAsync(link, _enough.Token);
            }
        }

        private async Task<OpenLink?> MoveAsync(ILampLink link, CancellationToken enough)
        {
            OpenLink? found = await _search.ElsewhereAsync(() => HelloAgain(false), enough).ConfigureAwait(false);
            if (found != null)
            {
                link.Cut();
            }
            return found;
        }

        private async Task<OpenLink?> MovedAsync()
        {
            if (_moving == null)
            {
                return null;
            }
            _enough!.Cancel();
            OpenLink? found = await _moving.ConfigureAwait(false);
            _enough.Dispose();
            _moving = null;
            if (found != null && _closing)
            {
                found.Link.Dispose();
                return null;
            }
            return found;
        }

        private void Fail(LampException error)
        {
            Error = error;
            string remedy = error.Remedy;
            End(
                SessionState.Failed, LampEventKind.Failed,
                remedy.Length > 0 ? $"{error.Status}: {error.Message} {remedy}" : $"{error.Status}: {error.Message}");
        }

        private void End(SessionState state, LampEventKind kind, string message)
        {
            _state = (int)state;
            _stop.Cancel();
            _events.Add(new LampEvent(kind, message));
        }
    }
}
