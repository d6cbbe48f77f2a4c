#nullable enable
using System;
using System.Threading;
using System.Threading.Tasks;

namespace Lamp
{
    /// <summary>
    /// One live character: intent goes out, motion comes in, over one stream after another. Every method returns at once;
    /// nothing here waits for the network, and nothing calls back: take <see cref="Events"/> up in the game's loop.
    /// </summary>
    /// <remarks>
    /// Positions and rotations are in Unity's axes (left-handed, y up, z forward). When the connection is lost the session
    /// looks for a server again, goes on with the character there or starts it anew from what is buffered, and tells it
    /// the whole scene; meanwhile <see cref="Sample"/> plays what is buffered and then holds the last good pose.
    /// </remarks>
    public sealed class LampSession : IDisposable
    {
        public const string PackageVersion = "0.1.0";

        private readonly SceneIntent _intent;
        private readonly SessionRunner _runner;
        private readonly LampSessionOptions _options;
        private Task? _task;

        /// <summary>Prepares a session; <see cref="Start"/> begins it.</summary>
        /// <param name="options">What it starts with; must not change afterwards.</param>
        /// <param name="connector">Makes streams to servers; not disposed with the session.</param>
        /// <param name="name">Of the character, for messages.</param>
        /// <exception cref="LampException">An option cannot be used; the message names it.</exception>
        public LampSession(LampSessionOptions options, ILampConnector connector, string name = "character")
        {
            options.Check(name);
            Name = name;
            _options = options;
            _intent = new SceneIntent(options.Prompt);
            _runner = new SessionRunner(options, connector, _intent, Events, Statistics);
        }

        public string Name { get; }

        /// <summary>What happened, for the game's loop to take up.</summary>
        public EventQueue Events { get; } = new EventQueue();

        public SessionStatistics Statistics { get; } = new SessionStatistics();

        public SessionState State => _runner.State;

        /// <summary>What the server granted; null before the first welcome.</summary>
        public WelcomeInfo? Welcome => _runner.Welcome;

        /// <summary>Null before the first welcome.</summary>
        public SkeletonInfo? Skeleton => _runner.Welcome?.Skeleton;

        /// <summary>Received motion; null before the first welcome, the same one from then on.</summary>
        public PlanBuffer? Buffer => _runner.Buffer;

        /// <summary>The newest plan; null before the first.</summary>
        public PlanReport? LastPlan => _runner.LastPlan;

        /// <summary>Seconds since the last plan's revision was asked for; NaN where this game did not ask for it.</summary>
        public double LastPlanLatencyS => _runner.LastPlanLatencyS;

        /// <summary>Seconds the server had left when it said that it would stop; NaN: it did not.</summary>
        public double ServerStopsInS => _runner.StopsInS;

        /// <summary>Why the session failed; null while it has not.</summary>
        public LampException? Error => _runner.Error;

        /// <summary>The newest revision given out.</summary>
        public ulong Revision => _intent.Revision;

        /// <summary>Begins; the server is looked for in the background.</summary>
        public void Start()
        {
            if (_task == null)
            {
                _task = Task.Run(_runner.RunAsync);
            }
        }

        /// <summary>Room for one pose of this session; null before the first welcome.</summary>
        public Pose? NewPose()
        {
            SkeletonInfo? skeleton = Skeleton;
            return skeleton == null ? null : new Pose(skeleton.Count, skeleton.ContactJoints.Length);
        }

        /// <summary>The pose at a session time; see <see cref="PlanBuffer.Sample"/>.</summary>
        public SampleState Sample(double sessionS, Pose into)
        {
            PlanBuffer? buffer = _runner.Buffer;
            if (buffer == null)
            {
                return SampleState.Empty;
            }
            SampleState state = buffer.Sample(sessionS, into);
            if (state != SampleState.Empty)
            {
                _intent.Walked(into.RootPosition);
            }
            return state;
        }

        /// <summary>
        /// How far the game has played, session seconds. Call it every frame, also while paused; it is sent at most 20
        /// times a second. A time before the last one, or one that is no number, is left out.
        /// </summary>
        public void SetPlayhead(double sessionS) => _runner.SetPlayhead(sessionS);

        /// <summary>What the character should do from now on. Returns the revision that plans will name.</summary>
        /// <exception cref="LampException">It is too long, or the session is over; nothing was changed.</exception>
        public ulong SetPrompt(string text)
        {
            if (text == null || text.Length > InputCheck.MaxPromptCharacters)
            {
                throw InputCheck.Bad(
                    Name, "prompt", $"it has {text?.Length ?? 0} characters", $"use at most {InputCheck.MaxPromptCharacters}");
            }
            return Told(Open()._intent.SetPrompt(text));
        }

        /// <summary>Adds or replaces an obstacle. Returns the revision that plans will name.</summary>
        /// <exception cref="LampException">It cannot be used; the message names it; nothing was changed.</exception>
        public ulong PutObstacle(string id, in ObstacleState state)
        {
            InputCheck.Id(id);
            state.Check(id);
            return Told(Open()._intent.PutObstacle(id, state));
        }

        /// <summary>Takes an obstacle away; unknown ids are no error.</summary>
        public ulong RemoveObstacle(string id) => Told(Open()._intent.RemoveObstacle(id));

        /// <summary>Adds or replaces a target. Returns the revision that plans will name.</summary>
        /// <exception cref="LampException">It cannot be used; the message names it; nothing was changed.</exception>
        public ulong PutTarget(string id, in TargetState state)
        {
            InputCheck.Id(id);
            state.Check(id, Skeleton);
            return Told(Open()._intent.PutTarget(id, state));
        }

        /// <summary>Takes a target away; unknown ids are no error.</summary>
        public ulong RemoveTarget(string id) => Told(Open()._intent.RemoveTarget(id));

        /// <summary>Adds or replaces a pose to be in at its time. Returns the revision that plans will name.</summary>
        /// <exception cref="LampException">It cannot be used; the message names it; nothing was changed.</exception>
        public ulong PutKeyPose(string id, KeyPoseState state)
        {
            InputCheck.Id(id);
            state.Check(id, Skeleton);
            return Told(Open()._intent.PutKeyPose(id, state));
        }

        /// <summary>Takes a key pose away; unknown ids are no error.</summary>
        public ulong RemoveKeyPose(string id) => Told(Open()._intent.RemoveKeyPose(id));

        /// <summary>Looks at a point from now on.</summary>
        /// <exception cref="LampException">It cannot be used; nothing was changed.</exception>
        public ulong LookAt(in LookAtState state)
        {
            state.Check(Name);
            return Told(Open()._intent.SetLookAt(state));
        }

        /// <summary>Looks ahead again.</summary>
        public ulong ClearLookAt() => Told(Open()._intent.SetLookAt(null));

        /// <summary>Walks along a path from now on.</summary>
        /// <exception cref="LampException">It cannot be used; nothing was changed.</exception>
        public ulong SetPath(PathState path)
        {
            path.Check(Name);
            return Told(Open()._intent.SetPath(path));
        }

        /// <summary>Follows no path any more.</summary>
        public ulong ClearPath() => Told(Open()._intent.SetPath(null));

        /// <summary>What carries the feet where no walkable obstacle does.</summary>
        public ulong SetFloor(FloorKind floor) => Told(Open()._intent.SetFloor(floor));

        /// <summary>Takes everything away but prompt and floor.</summary>
        public ulong ClearScene() => Told(Open()._intent.Clear());

        /// <summary>
        /// Brings geometry to the server unless it is there, for obstacles of <see cref="ObstacleKind.Geometry"/>; brought
        /// again to another server by itself. True when it had to be sent.
        /// </summary>
        /// <exception cref="LampException">The server cannot be reached, or refuses it (from the task).</exception>
        public Task<bool> UploadGeometryAsync(GeometryContent content) => _runner.Geometry.BringAsync(content);

        /// <summary>Says bye, and ends the stream after <paramref name="timeoutS"/> at the latest.</summary>
        public async Task CloseAsync(double timeoutS = 2.0)
        {
            _runner.Close();
            if (_task != null)
            {
                await Task.WhenAny(_task, Task.Delay(TimeSpan.FromSeconds(timeoutS))).ConfigureAwait(false);
            }
            Dispose();
        }

        /// <summary>Ends everything at once, without waiting; may be called again.</summary>
        public void Dispose() => _runner.Cut();

        private LampSession Open()
        {
            SessionState state = State;
            if (state == SessionState.Failed)
            {
                throw Error!;
            }
            if (state == SessionState.Closed)
            {
                throw new LampException(LampStatus.Cancelled, $"'{Name}': the session is closed; make a new one");
            }
            return this;
        }

        private ulong Told(ulong revision)
        {
            _runner.Asked(revision);
            return revision;
        }
    }
}
