#nullable enable
namespace Lamp
{
    /// <summary>What there is one of at a time: the point to look at, the path, the floor. Not thread-safe.</summary>
    internal sealed class IntentSingles
    {
        private readonly PathProgress _progress;
        private LookAtState? _lookAt;
        private PathState? _path;
        private FloorKind _floor;
        private bool _lookDirty;
        private bool _pathDirty;
        private bool _floorDirty;
        private bool _lookAlone;
        private bool _pathAlone;

        public IntentSingles(PathProgress progress)
        {
            _progress = progress;
        }

        public bool Dirty => _lookDirty || _pathDirty || _floorDirty;

        public void SetLookAt(LookAtState? look)
        {
            _lookAt = look;
            _lookDirty = true;
            _lookAlone = false;
        }

        public void SetPath(PathState? path)
        {
            _path = path;
            _progress.Follow(path);
            _pathDirty = true;
            _pathAlone = false;
        }

        public void SetFloor(FloorKind floor)
        {
            _floor = floor;
            _floorDirty = true;
        }

        public void Clear()
        {
            _lookAt = null;
            _path = null;
            _progress.Follow(null);
            _lookDirty = _pathDirty = false;
        }

        /// <summary>Another server: tell what there is.</summary>
        public void MarkAll()
        {
            _lookDirty = _lookAt.HasValue;
            _pathDirty = _path != null;
            _floorDirty = _floor != FloorKind.Unchanged;
            _lookAlone = _pathAlone = false;
        }

        public void MarkAlone(bool lookAt, bool path)
        {
            _lookAlone = _lookDirty = lookAt || _lookDirty;
            _pathAlone = _pathDirty = path || _pathDirty;
        }

        /// <summary>Moves what is to be told into the message; with <paramref name="alone"/> at most one thing.</summary>
        public void Drain(SceneBatch batch, bool alone)
        {
            if (_lookDirty && _lookAlone == alone)
            {
                batch.LookAt = _lookAt;
                batch.ClearLookAt = !_lookAt.HasValue;
                _lookDirty = false;
                if (alone)
                {
                    return;
                }
            }
            if (_pathDirty && _pathAlone == alone)
            {
                batch.Path = _path;
                // at its end the last point stays: the character goes on standing there
                batch.PathFrom = _path == null ? 0 : System.Math.Min(_progress.Next, _path.Waypoints.Length - 1);
                batch.ClearPath = _path == null;
                _pathDirty = false;
            }
            if (_floorDirty && !alone)
            {
                batch.Floor = _floor;
                _floorDirty = false;
            }
        }

        /// <summary>Forgets what was refused, and says what it was.</summary>
        public string Drop(bool lookAt)
        {
            if (lookAt)
            {
                _lookAt = null;
                return "look_at";
            }
            _path = null;
            _progress.Follow(null);
            return "path";
        }
    }
}
