#nullable enable
using System.Collections.Generic;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>
    /// Makes a collider something that characters keep clear of, or stand on. Sphere, capsule and box go as they are, mesh
    /// and terrain are uploaded once by their content; what moves tells its velocity.
    /// </summary>
    [AddComponentMenu("LaMP/Obstacle")]
    [DisallowMultipleComponent]
    public sealed class LampObstacle : MonoBehaviour
    {
        private const float Smooth = 0.3f;
        private static readonly List<LampObstacle> Enabled = new List<LampObstacle>();
        private static int _made;

        [Tooltip("The collider to tell of; empty: the first one on this object.")]
        [SerializeField] private Collider? shape;

        [Tooltip("Feet may stand on it: a floor, stairs, terrain.")]
        [SerializeField] private bool walkable;

        private Rigidbody? _body;
        private GeometryContent? _content;
        private string _id = string.Empty;
        private string _problem = string.Empty;
        private Vector3 _position;
        private Vector3 _velocity;

        /// <summary>All that are enabled.</summary>
        public static IReadOnlyList<LampObstacle> All => Enabled;

        /// <summary>What it is called on the wire: the object's name and a number.</summary>
        public string Id => _id;

        /// <summary>Why it cannot be used; empty when it can.</summary>
        public string Problem => _problem;

        public bool Walkable
        {
            get => walkable;
            set => walkable = value;
        }

        /// <summary>The collider it tells of.</summary>
        public Collider? Collider => shape;

        /// <summary>What has to be uploaded before the state can be used; null: nothing.</summary>
        public GeometryContent? Content => _content;

        /// <summary>Where it is and how it moves now; false, and <see cref="Problem"/> says why, where that cannot be used.</summary>
        /// <param name="sessionS">Session time of now.</param>
        /// <param name="state">For the session.</param>
        public bool TryRead(double sessionS, out ObstacleState state)
        {
            state = default;
            if (_content == null && !HasFormula())
            {
                return false;
            }
            try
            {
                if (_content == null)
                {
                    ColliderShape.TryRead(shape!, out state);
                }
                else
                {
                    Transform at = shape!.transform;
                    Quaternion turn = _content.Kind == GeometryKind.HeightField ? Quaternion.identity : at.rotation;
                    state = ObstacleState.Geometry(at.position.ToFloat3(), turn.ToRotation(), _content.Id, 1f);
                }
                state.Walkable = walkable;
                state.TimeS = sessionS;
                AddVelocity(ref state);
                state.Check(name);
                _problem = string.Empty;
                return true;
            }
            catch (LampException error)
            {
                Report(error.Message);
                return false;
            }
        }

        /// <summary>The mesh or terrain changed: it is read, and uploaded, again.</summary>
        public void GeometryChanged() => ReadGeometry();

        private void OnEnable()
        {
            if (_id.Length == 0)
            {
                string shortened = name.Length > 48 ? name.Substring(0, 48) : name;
                _id = shortened + "#" + ++_made;
            }
            if (shape == null)
            {
                shape = GetComponent<Collider>();
            }
            _body = shape == null ? null : shape.attachedRigidbody;
            _position = transform.position;
            _velocity = Vector3.zero;
            ReadGeometry();
            Enabled.Add(this);
        }

        private void OnDisable() => Enabled.Remove(this);

        private void Update()
        {
            float step = Time.deltaTime;
            if (step > 0f)
            {
                // of what is moved by its transform; smoothed, or a stutter would be news to the server
                Vector3 now = transform.position;
                _velocity = Vector3.Lerp(_velocity, (now - _position) / step, Smooth);
                _position = now;
            }
        }

        private bool HasFormula() => shape is SphereCollider || shape is CapsuleCollider || shape is BoxCollider;

        private void ReadGeometry()
        {
            _content = null;
            if (shape == null)
            {
                Report($"'{name}': there is no collider; add one, or remove LampObstacle");
            }
            else if (!HasFormula())
            {
                try
                {
                    _content = ColliderGeometry.Read(shape, name);
                }
                catch (LampException error)
                {
                    Report(error.Message);
                }
            }
        }

        private void AddVelocity(ref ObstacleState state)
        {
            if (_content != null && _content.Kind == GeometryKind.HeightField)
            {
                return;
            }
            if (_body != null && !_body.isKinematic)
            {
                state.LinearVelocity = _body.GetPointVelocity(state.Position.ToVector3()).ToFloat3();
                state.AngularVelocity = _body.angularVelocity.ToFloat3();
            }
            else if (_velocity.sqrMagnitude > 1e-4f)
            {
                state.LinearVelocity = _velocity.ToFloat3();
            }
        }

        private void Report(string problem)
        {
            if (problem != _problem)
            {
                _problem = problem;
                Debug.LogError("LaMP: " + problem, this);
            }
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void OnPlay()
        {
            Enabled.Clear();
            _made = 0;
        }
    }
}
