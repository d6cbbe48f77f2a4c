#nullable enable
using System;
using System.Collections.Generic;

namespace Lamp
{
    /// <summary>
    /// Everything a game has asked for, newest value per id, and what of it the server has not been told. Thread-safe.
    /// </summary>
    /// <remarks>
    /// Nothing queues: a value that changes before it was sent is sent once. What changed since the last message goes
    /// into one; where the server refuses that, its parts are sent one by one, and the one refused again is dropped.
    /// </remarks>
    internal sealed class SceneIntent
    {
        private static readonly Func<ObstacleState, bool> IsGeometry = o => o.Kind == ObstacleKind.Geometry;
        private readonly object _gate = new object();
        private readonly IntentTable<ObstacleState> _obstacles = new IntentTable<ObstacleState>("obstacle", 16);
        private readonly IntentTable<TargetState> _targets = new IntentTable<TargetState>("target", 64);
        private readonly IntentTable<KeyPoseState> _keyPoses = new IntentTable<KeyPoseState>("key pose", 16);
        private readonly SentLog _sent = new SentLog();
        private readonly PathProgress _progress = new PathProgress();
        private readonly IntentSingles _one;
        private ulong _revision;
        private ulong _lastSent;
        private ulong _promptRevision;
        private bool _promptDirty;
        private bool _clear;
        private bool _geometryWaits;

        public SceneIntent(string prompt)
        {
            Prompt = prompt;
            _one = new IntentSingles(_progress);
        }

        public string Prompt { get; private set; }

        /// <summary>The newest revision given out.</summary>
        public ulong Revision
        {
            get
            {
                lock (_gate)
                {
                    return _revision;
                }
            }
        }

        public void SetLimits(WelcomeInfo welcome)
        {
            lock (_gate)
            {
                _obstacles.Most = welcome.MaxObstacles;
                _targets.Most = welcome.MaxTargets;
                _keyPoses.Most = welcome.MaxKeyPoses;
            }
        }

        public ulong SetPrompt(string text)
        {
            lock (_gate)
            {
                Prompt = text;
                _promptDirty = true;
                return _promptRevision = ++_revision;
            }
        }

        public ulong PutObstacle(string id, in ObstacleState state)
        {
            lock (_gate)
            {
                _obstacles.Put(id, state);
                return ++_revision;
            }
        }

        public ulong RemoveObstacle(string id) => Change(_obstacles, id);

        public ulong PutTarget(string id, in TargetState state)
        {
            lock (_gate)
            {
                _targets.Put(id, state);
                return ++_revision;
            }
        }

        public ulong RemoveTarget(string id) => Change(_targets, id);

        public ulong PutKeyPose(string id, KeyPoseState state)
        {
            lock (_gate)
            {
                _keyPoses.Put(id, state);
                return ++_revision;
            }
        }

        public ulong RemoveKeyPose(string id) => Change(_keyPoses, id);

        public ulong SetLookAt(LookAtState? look)
        {
            lock (_gate)
            {
                _one.SetLookAt(look);
                return ++_revision;
            }
        }

        public ulong SetPath(PathState? path)
        {
            lock (_gate)
            {
                _one.SetPath(path);
                return ++_revision;
            }
        }

        public ulong SetFloor(FloorKind floor)
        {
            lock (_gate)
            {
                _one.SetFloor(floor);
                return ++_revision;
            }
        }

        /// <summary>Takes everything away but prompt and floor.</summary>
        public ulong Clear()
        {
            lock (_gate)
            {
                _obstacles.Clear();
                _targets.Clear();
                _keyPoses.Clear();
                _one.Clear();
                _clear = true;
                return ++_revision;
            }
        }

        /// <summary>Where the character is: what it has passed of its path need not be told again.</summary>
        public void Walked(Float3 pelvis)
        {
            lock (_gate)
            {
                _progress.Walked(pelvis);
            }
        }

        /// <summary>A new stream, whose server knows the session up to a revision, or nothing but its prompt.</summary>
        public void Connected(ulong knownRevision, bool resumed)
        {
            lock (_gate)
            {
                _sent.Clear();
                bool known = resumed ? knownRevision >= _revision : _revision == 0;
                _geometryWaits = !resumed;
                _revision = Math.Max(_revision, knownRevision);
                _lastSent = knownRevision;
                if (known)
                {
                    return;
                }
                _promptDirty = resumed;
                _promptRevision = resumed ? ++_revision : 0;
                _revision++;
                _clear = true;
                _obstacles.MarkAll();
                _targets.MarkAll();
                _keyPoses.MarkAll();
                _one.MarkAll();
            }
        }

        /// <summary>The server has the geometry by now: obstacles of it may be told.</summary>
        public void GeometryReady()
        {
            lock (_gate)
            {
                _geometryWaits = false;
            }
        }

        /// <summary>Ids of all geometry that the scene refers to.</summary>
        public List<string> GeometryIds()
        {
            lock (_gate)
            {
                var ids = new List<string>();
                foreach (IntentTable<ObstacleState>.Entry entry in _obstacles.Entries)
                {
                    string? id = entry.Value.GeometryId;
                    if (id != null && !ids.Contains(id))
                    {
                        ids.Add(id);
                    }
                }
                return ids;
            }
        }

        /// <summary>The next message to send; false when everything has been told.</summary>
        public bool TakeNext(SceneBatch batch)
        {
            lock (_gate)
            {
                batch.Reset();
                bool scene = _clear || _one.Dirty || _obstacles.Dirty || _targets.Dirty || _keyPoses.Dirty;
                // numbers must rise, so the prompt goes first unless it is the newest change
                if (_promptDirty && !(scene && _promptRevision == _revision))
                {
                    TakePrompt(batch);
                    return true;
                }
                if (scene && (TakeTogether(batch) || TakeAlone(batch)))
                {
                    return true;
                }
                if (_promptDirty)
                {
                    TakePrompt(batch);
                    return true;
                }
                return false;
            }
        }

        /// <summary>
        /// The server could not use a message. The id (or "prompt", "look_at", "path") of what is dropped for good; null
        /// when its parts will be sent again one by one, or when it is not known any more.
        /// </summary>
        public string? Refused(ulong revision)
        {
            lock (_gate)
            {
                SentLog.Record? record = _sent.Find(revision);
                if (record == null)
                {
                    return null;
                }
                record.Revision = 0;
                _clear |= record.Clear;
                Again(_obstacles, record.RemovedObstacles);
                Again(_targets, record.RemovedTargets);
                Again(_keyPoses, record.RemovedKeyPoses);
                if (record.Count == 1)
                {
                    return Drop(record);
                }
                MarkAlone(_obstacles, record.Obstacles);
                MarkAlone(_targets, record.Targets);
                MarkAlone(_keyPoses, record.KeyPoses);
                _one.MarkAlone(record.LookAt, record.Path);
                return null;
            }
        }

        private ulong Change<T>(IntentTable<T> table, string id)
        {
            lock (_gate)
            {
                table.Remove(id, tell: true);
                return ++_revision;
            }
        }

        private void TakePrompt(SceneBatch batch)
        {
            batch.Prompt = Prompt;
            _promptDirty = false;
            Number(batch, _promptRevision);
        }

        private bool TakeTogether(SceneBatch batch)
        {
            batch.Clear = _clear;
            _clear = false;
            _obstacles.Drain(batch.PutObstacles, batch.RemoveObstacles, false, _geometryWaits ? IsGeometry : null);
            _targets.Drain(batch.PutTargets, batch.RemoveTargets, false, null);
            _keyPoses.Drain(batch.PutKeyPoses, batch.RemoveKeyPoses, false, null);
            _one.Drain(batch, false);
            if (!batch.HasChanges)
            {
                return false;
            }
            Number(batch, _promptDirty && _promptRevision == _revision ? _revision - 1 : _revision);
            return true;
        }

        private bool TakeAlone(SceneBatch batch)
        {
            _obstacles.Drain(batch.PutObstacles, batch.RemoveObstacles, true, _geometryWaits ? IsGeometry : null);
            if (!batch.HasChanges)
            {
                _targets.Drain(batch.PutTargets, batch.RemoveTargets, true, null);
            }
            if (!batch.HasChanges)
            {
                _keyPoses.Drain(batch.PutKeyPoses, batch.RemoveKeyPoses, true, null);
            }
            if (!batch.HasChanges)
            {
                _one.Drain(batch, true);
            }
            if (!batch.HasChanges)
            {
                return false;
            }
            Number(batch, _revision);
            return true;
        }

        /// <summary>Numbers of messages rise, whatever was told in which order.</summary>
        private void Number(SceneBatch batch, ulong wanted)
        {
            batch.Revision = _lastSent = Math.Max(wanted, _lastSent + 1);
            _revision = Math.Max(_revision, _lastSent);
            _sent.Add(batch);
        }

        private static void MarkAlone<T>(IntentTable<T> table, List<string> ids)
        {
            foreach (string id in ids)
            {
                table.MarkAlone(id);
            }
        }

        private static void Again<T>(IntentTable<T> table, List<string> removed)
        {
            foreach (string id in removed)
            {
                if (!table.TryGet(id, out _))
                {
                    table.Remove(id, tell: true);
                }
            }
        }

        private string Drop(SentLog.Record record)
        {
            if (record.Obstacles.Count == 1)
            {
                _obstacles.Remove(record.Obstacles[0], tell: false);
                return record.Obstacles[0];
            }
            if (record.Targets.Count == 1)
            {
                _targets.Remove(record.Targets[0], tell: false);
                return record.Targets[0];
            }
            if (record.KeyPoses.Count == 1)
            {
                _keyPoses.Remove(record.KeyPoses[0], tell: false);
                return record.KeyPoses[0];
            }
            return record.Prompt ? "prompt" : _one.Drop(record.LookAt);
        }
    }
}
