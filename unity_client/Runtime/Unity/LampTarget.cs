#nullable enable
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>What a target asks of a character.</summary>
    public enum LampTargetKind
    {
        /// <summary>The pelvis goes there; height does not count.</summary>
        WalkTo = 0,

        /// <summary>A joint is there.</summary>
        Reach = 1,

        /// <summary>Chest, neck and head turn there.</summary>
        LookAt = 2,
    }

    /// <summary>A place a character should go to, reach or look at: where this object is. Follows it while it moves.</summary>
    [AddComponentMenu("LaMP/Target")]
    public sealed class LampTarget : MonoBehaviour
    {
        private const float Same = 0.02f; // units: nearer is not told again

        [SerializeField] private LampCharacter? character;
        [SerializeField] private LampTargetKind kind = LampTargetKind.WalkTo;

        [Tooltip("For Reach: left_wrist, right_wrist, head, left_foot ...")]
        [SerializeField] private string joint = "left_wrist";

        [Tooltip("Seconds from now until it should be reached; 0: by distance.")]
        [SerializeField] private float arriveInS = 0f;

        [Tooltip("How long to stay, seconds.")]
        [SerializeField] private float holdS = 0f;

        [Tooltip("Importance against other targets.")]
        [SerializeField] private float weight = 1f;

        private Vector3 _told;
        private LampSession? _session;
        private string _problem = string.Empty;

        public LampCharacter? Character
        {
            get => character;
            set
            {
                Withdraw();
                character = value;
            }
        }

        public LampTargetKind Kind
        {
            get => kind;
            set
            {
                Withdraw();
                kind = value;
            }
        }

        public string Joint
        {
            get => joint;
            set
            {
                Withdraw();
                joint = value;
            }
        }

        /// <summary>Why it cannot be used; empty when it can.</summary>
        public string Problem => _problem;

        private string Id => "target#" + GetInstanceID();

        private void OnDisable() => Withdraw();

        private void LateUpdate()
        {
            LampSession? session = character == null ? null : character.Session;
            if (session == null || session.State != SessionState.Live)
            {
                return;
            }
            Vector3 now = transform.position;
            if (session == _session && (now - _told).sqrMagnitude < Same * Same)
            {
                return;
            }
            try
            {
                Tell(session, now.ToFloat3(), character!.Clock.NowS);
                _problem = string.Empty;
            }
            catch (LampException error)
            {
                if (error.Message != _problem)
                {
                    _problem = error.Message;
                    Debug.LogError("LaMP: " + error.Message, this);
                }
            }
            _session = session;
            _told = now;
        }

        private void Tell(LampSession session, Float3 place, double nowS)
        {
            if (kind == LampTargetKind.LookAt)
            {
                LookAtState look = LookAtState.At(place);
                look.Weight = weight;
                look.Check(name);
                session.LookAt(look);
                return;
            }
            TargetState target = kind == LampTargetKind.WalkTo
                ? TargetState.Waypoint(place)
                : TargetState.At(joint, place);
            target.HoldS = holdS;
            target.Weight = weight;
            if (arriveInS > 0f)
            {
                target.ArriveS = nowS + arriveInS;
            }
            target.Check(name, session.Skeleton); // here, so that the message has this object's name
            session.PutTarget(Id, target);
        }

        private void Withdraw()
        {
            if (_session != null && _session.State == SessionState.Live)
            {
                if (kind == LampTargetKind.LookAt)
                {
                    _session.ClearLookAt();
                }
                else
                {
                    _session.RemoveTarget(Id);
                }
            }
            _session = null;
        }
    }
}
