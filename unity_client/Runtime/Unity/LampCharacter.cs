#nullable enable
using System;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>
    /// A humanoid driven by the motion server: it does what the prompt says, goes to its targets and keeps clear of every
    /// LampObstacle. Writes the bones in LateUpdate, after the Animator.
    /// </summary>
    [AddComponentMenu("LaMP/Character")]
    [DisallowMultipleComponent]
    [RequireComponent(typeof(Animator))]
    public sealed class LampCharacter : MonoBehaviour
    {
        [Tooltip("Assets, Create, LaMP, Server.")]
        [SerializeField] private LampServer? server;

        [Tooltip("What the character does, in English.")]
        [TextArea]
        [SerializeField] private string prompt = "a person walks forward";

        [Tooltip("Put planted feet back where the motion has them, whatever the proportions of the model; 0 to 1.")]
        [Range(0f, 1f)]
        [SerializeField] private float replantFeet = 1f;

        [Tooltip("Move this transform along on the ground.")]
        [SerializeField] private bool moveTransform = true;

        [Tooltip("Keep clear of every LampObstacle of the scene; the nearest where there are too many.")]
        [SerializeField] private bool avoidObstacles = true;

        [SerializeField] private int seed = 0;

        private readonly Transform?[] _bones = new Transform?[RigRest.BoneCount];
        private RigRest? _rest;
        private ObstacleFeed? _feed;
        private CharacterPoser? _poser;
        private Pose? _pose;
        private PlanReport? _plan;

        /// <summary>A plan arrived; on the main thread.</summary>
        public event Action<PlanReport>? PlanReceived;

        /// <summary>Anything else happened; on the main thread.</summary>
        public event Action<LampEvent>? Happened;

        /// <summary>The session; null while the component is disabled or cannot run.</summary>
        public LampSession? Session { get; private set; }

        /// <summary>Session time beside the game's.</summary>
        public ClockSync Clock { get; private set; } = new ClockSync();

        /// <summary>Where the motion shown comes from.</summary>
        public SampleState Showing { get; private set; }

        /// <summary>The newest plan; null before the first.</summary>
        public PlanReport? Plan => _plan;

        /// <summary>Why it does not move; empty when all is well.</summary>
        public string Problem { get; private set; } = string.Empty;

        /// <summary>Obstacles told to the server, and found in the scene.</summary>
        public int ObstaclesTold => _feed?.Told ?? 0;

        public int ObstaclesFound => _feed?.Candidates ?? 0;

        public LampServer? Server
        {
            get => server;
            set => server = value;
        }

        /// <summary>What the character does, in English; takes effect at once.</summary>
        public string Prompt
        {
            get => prompt;
            set
            {
                Session?.SetPrompt(value);
                prompt = value;
            }
        }

        /// <summary>Walks along points on the ground.</summary>
        /// <exception cref="LampException">The path cannot be used, or there is no session; nothing was changed.</exception>
        public void WalkAlong(params Vector3[] points)
        {
            var waypoints = new Float3[points.Length];
            for (int i = 0; i < points.Length; i++)
            {
                waypoints[i] = points[i].ToFloat3();
            }
            RunningSession().SetPath(new PathState(waypoints));
        }

        /// <summary>Ends the session and begins another where the character is.</summary>
        public void Restart()
        {
            End();
            Begin();
        }

        private void OnEnable() => Begin();

        private void OnDisable() => End();

        private void LateUpdate()
        {
            LampSession? session = Session;
            if (session == null)
            {
                return;
            }
            TakeEvents(session);
            PlanBuffer? buffer = session.Buffer;
            if (buffer == null || !Ready(session))
            {
                return;
            }
            if (!Clock.Started)
            {
                if (buffer.LastFrameIndex < 0)
                {
                    return;
                }
                Clock.Start(Time.timeAsDouble, session.Welcome!.StartTimeS);
            }
            double sessionS = Clock.Advance(Time.timeAsDouble, buffer.LastFrameTimeS);
            session.SetPlayhead(sessionS);
            Showing = session.Sample(sessionS, _pose!);
            if (Showing == SampleState.Empty)
            {
                return;
            }
            _poser!.Apply(_pose!, replantFeet, moveTransform);
            if (avoidObstacles && session.State == SessionState.Live)
            {
                Feed(session, sessionS);
            }
        }

        private void Feed(LampSession session, double sessionS)
        {
            try
            {
                _feed!.Feed(session, _pose!.RootPosition, sessionS);
            }
            catch (LampException) when (session.State != SessionState.Live)
            {
                // it ended this moment; its event says why
            }
        }

        private void Begin()
        {
            Problem = string.Empty;
            try
            {
                if (server == null)
                {
                    throw InputCheck.Bad(
                        name, "server", "none is set", "make one with Assets, Create, LaMP, Server and assign it");
                }
                _rest = RigReader.Read(GetComponent<Animator>()!, name, _bones);
                _rest.Check(name);
                LampSessionOptions options = server.NewOptions();
                options.Prompt = prompt;
                options.Seed = (ulong)Math.Max(seed, 0);
                options.StartPosition = transform.position.ToFloat3();
                options.StartFacing = transform.forward.ToFloat3();
                options.MetresPerUnit = _rest.MetresPerUnit();
                Clock = new ClockSync();
                _feed = new ObstacleFeed(transform);
                Session = LampConnection.Open(server, options, name);
            }
            catch (LampException error)
            {
                Report(error.Message);
            }
        }

        private void End()
        {
            if (Session != null)
            {
                LampConnection.Close(Session);
            }
            Session = null;
            _poser = null;
            _pose = null;
            _plan = null;
            Showing = SampleState.Empty;
        }

        private bool Ready(LampSession session)
        {
            if (_poser != null)
            {
                return true;
            }
            try
            {
                var retargeter = new Retargeter(session.Skeleton!, _rest!, name);
                _poser = new CharacterPoser(transform, _bones, retargeter);
                _pose = session.NewPose();
                return true;
            }
            catch (LampException error)
            {
                Report(error.Message);
                End();
                return false;
            }
        }

        private void TakeEvents(LampSession session)
        {
            while (session.Events.TryTake(out LampEvent happened))
            {
                switch (happened.Kind)
                {
                    case LampEventKind.Plan:
                        _plan = happened.Plan;
                        PlanReceived?.Invoke(happened.Plan!);
                        continue;
                    case LampEventKind.Failed:
                        Report($"'{name}': {happened.Message}");
                        break;
                    case LampEventKind.Connected:
                        Debug.Log($"LaMP: '{name}': {happened.Message}", this);
                        break;
                    case LampEventKind.Closed:
                        break;
                    default:
                        Debug.LogWarning($"LaMP: '{name}': {happened}", this);
                        break;
                }
                Happened?.Invoke(happened);
            }
        }

        private LampSession RunningSession() =>
            Session ?? throw new LampException(LampStatus.FailedPrecondition, $"'{name}' has no session: {Problem}");

        private void Report(string problem)
        {
            Problem = problem;
            Debug.LogError("LaMP: " + problem, this);
        }
    }
}
