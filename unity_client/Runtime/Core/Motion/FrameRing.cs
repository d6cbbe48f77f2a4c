#nullable enable
using System;

namespace Lamp
{
    /// <summary>Poses by frame number in a fixed number of places: a newer frame takes the place of the oldest.</summary>
    /// <remarks>Not thread-safe. There may be gaps, where a server left out frames whose time had passed.</remarks>
    internal sealed class FrameRing
    {
        private readonly Pose[] _slots;

        public FrameRing(int capacity, int joints, int contacts)
        {
            _slots = new Pose[capacity];
            for (int i = 0; i < capacity; i++)
            {
                _slots[i] = new Pose(joints, contacts);
            }
        }

        public int Capacity => _slots.Length;

        public int Count { get; private set; }

        /// <summary>Lowest and highest number held; meaningless while <see cref="Count"/> is 0.</summary>
        public long First { get; private set; }

        public long Last { get; private set; }

        public Pose? Find(long index)
        {
            if (Count == 0 || index < First || index > Last)
            {
                return null;
            }
            Pose slot = _slots[index % _slots.Length];
            return slot.Index == index ? slot : null;
        }

        /// <summary>The frame with this number, or the next one held; null beyond the last.</summary>
        public Pose? FindAtOrAfter(long index)
        {
            for (long i = Math.Max(index, First); Count > 0 && i <= Last; i++)
            {
                Pose? found = Find(i);
                if (found != null)
                {
                    return found;
                }
            }
            return null;
        }

        /// <summary>Keeps a copy; a frame too old for the places there are is left out.</summary>
        public void Put(Pose pose)
        {
            long index = pose.Index;
            if (Count > 0 && index <= Last - _slots.Length)
            {
                return;
            }
            if (Count > 0 && index > Last)
            {
                DropBefore(index - _slots.Length + 1);
            }
            Pose slot = _slots[index % _slots.Length];
            Count += slot.Index == index ? 0 : 1;
            slot.CopyFrom(pose);
            First = Count == 1 ? index : Math.Min(First, index);
            Last = Count == 1 ? index : Math.Max(Last, index);
        }

        /// <summary>Forgets every frame with this number or a higher one.</summary>
        public void DropFrom(long index)
        {
            while (Count > 0 && Last >= index)
            {
                Forget(Last);
                while (Count > 0 && Find(Last) == null)
                {
                    Last--;
                }
            }
        }

        /// <summary>Plans are numbered anew: any plan may replace what is held.</summary>
        public void ForgetPlanIds()
        {
            foreach (Pose slot in _slots)
            {
                slot.PlanId = 0;
            }
        }

        private void DropBefore(long index)
        {
            while (Count > 0 && First < index)
            {
                Forget(First);
                while (Count > 0 && Find(First) == null)
                {
                    First++;
                }
            }
        }

        private void Forget(long index)
        {
            _slots[index % _slots.Length].Index = -1;
            Count--;
        }
    }
}
