#nullable enable
using System.Collections.Generic;

namespace Lamp
{
    /// <summary>Poses of one message, kept and filled again, so that receiving allocates nothing once it has grown.</summary>
    public sealed class FrameBatch
    {
        /// <summary>Most poses of one message: no buffer holds more.</summary>
        public const int Most = PlanBuffer.MostFrames;

        private readonly List<Pose> _poses = new List<Pose>();
        private readonly int _joints;
        private readonly int _contacts;

        public FrameBatch(int joints, int contacts)
        {
            _joints = joints;
            _contacts = contacts;
        }

        public int Count { get; private set; }

        public bool IsFull => Count == Most;

        public Pose this[int i] => _poses[i];

        public void Clear() => Count = 0;

        /// <summary>One pose more, to be filled by the caller; not when it <see cref="IsFull"/>.</summary>
        public Pose Add()
        {
            if (IsFull)
            {
                throw new LampException(LampStatus.OutOfRange, $"more than {Most} poses in one message");
            }
            if (Count == _poses.Count)
            {
                _poses.Add(new Pose(_joints, _contacts));
            }
            return _poses[Count++];
        }

        /// <summary>Takes back the pose added last.</summary>
        public void RemoveLast() => Count--;
    }
}
