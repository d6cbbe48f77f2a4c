#nullable enable
using System.Collections.Generic;
using System.Threading.Tasks;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>Tells one character's session of the obstacles around it: the nearest, and only what changed.</summary>
    internal sealed class ObstacleFeed
    {
        private readonly Dictionary<LampObstacle, Entry> _entries = new Dictionary<LampObstacle, Entry>();
        private readonly List<LampObstacle> _gone = new List<LampObstacle>();
        private readonly NearestChoice _nearest = new NearestChoice();
        private readonly Transform _own;
        private float[] _distances = new float[32];
        private bool[] _chosen = new bool[32];
        private LampObstacle?[] _candidates = new LampObstacle?[32];

        public ObstacleFeed(Transform own)
        {
            _own = own;
        }

        /// <summary>Obstacles that are there, and that the character is told of.</summary>
        public int Candidates { get; private set; }

        public int Told => _entries.Count;

        /// <summary>Call once a frame while the session is live.</summary>
        public void Feed(LampSession session, Float3 pelvis, double sessionS)
        {
            Gather(pelvis.ToVector3());
            int most = session.Welcome?.MaxObstacles ?? 16;
            _nearest.Choose(_distances, _chosen, Candidates, most);
            RemoveGone(session);
            for (int i = 0; i < Candidates; i++)
            {
                if (_chosen[i])
                {
                    Tell(session, _candidates[i]!, sessionS);
                }
            }
        }

        /// <summary>Another session: nothing has been told.</summary>
        public void Forget() => _entries.Clear();

        private void Gather(Vector3 pelvis)
        {
            IReadOnlyList<LampObstacle> all = LampObstacle.All;
            if (_distances.Length < all.Count)
            {
                _distances = new float[all.Count * 2];
                _chosen = new bool[all.Count * 2];
                _candidates = new LampObstacle?[all.Count * 2];
            }
            Candidates = 0;
            for (int i = 0; i < all.Count; i++)
            {
                LampObstacle obstacle = all[i];
                if (obstacle.transform.IsChildOf(_own))
                {
                    continue;
                }
                Collider? collider = obstacle.Collider;
                Vector3 nearest = collider == null ? obstacle.transform.position : collider.bounds.ClosestPoint(pelvis);
                float distance = (nearest - pelvis).magnitude;
                // a place that is no number is read, and reported, like any other
                _distances[Candidates] = float.IsNaN(distance) ? 0f : distance;
                _chosen[Candidates] = _entries.ContainsKey(obstacle);
                _candidates[Candidates] = obstacle;
                Candidates++;
            }
        }

        private void RemoveGone(LampSession session)
        {
            _gone.Clear();
            foreach (KeyValuePair<LampObstacle, Entry> pair in _entries)
            {
                pair.Value.Keep = false;
            }
            for (int i = 0; i < Candidates; i++)
            {
                if (_chosen[i] && _entries.TryGetValue(_candidates[i]!, out Entry? entry))
                {
                    entry.Keep = true;
                }
            }
            foreach (KeyValuePair<LampObstacle, Entry> pair in _entries)
            {
                if (!pair.Value.Keep)
                {
                    _gone.Add(pair.Key);
                }
            }
            foreach (LampObstacle obstacle in _gone)
            {
                session.RemoveObstacle(_entries[obstacle].Id);
                _entries.Remove(obstacle);
            }
        }

        private void Tell(LampSession session, LampObstacle obstacle, double sessionS)
        {
            if (!obstacle.TryRead(sessionS, out ObstacleState state))
            {
                return;
            }
            if (!_entries.TryGetValue(obstacle, out Entry? entry))
            {
                entry = new Entry(obstacle.Id);
                _entries.Add(obstacle, entry);
            }
            if (obstacle.Content != null && !entry.Uploaded(session, obstacle.Content))
            {
                return;
            }
            if (entry.Tracker.IsNews(state, sessionS))
            {
                session.PutObstacle(entry.Id, state);
            }
        }

        private sealed class Entry
        {
            public readonly string Id;
            public readonly ObstacleTracker Tracker = new ObstacleTracker();
            public bool Keep;
            private GeometryContent? _content;
            private Task<bool>? _upload;

            public Entry(string id)
            {
                Id = id;
            }

            /// <summary>Whether the server has the geometry; starts the upload where it has not.</summary>
            public bool Uploaded(LampSession session, GeometryContent content)
            {
                if (_content != content)
                {
                    _content = content;
                    _upload = session.UploadGeometryAsync(content);
                }
                if (_upload == null || !_upload.IsCompleted)
                {
                    return false;
                }
                if (_upload.Status == TaskStatus.RanToCompletion)
                {
                    return true;
                }
                string why = _upload.Exception?.GetBaseException().Message ?? "the session ended";
                Debug.LogError($"LaMP: geometry '{content.Name}' could not be uploaded: {why}");
                _upload = null; // once; GeometryChanged tries again
                return false;
            }
        }
    }
}
