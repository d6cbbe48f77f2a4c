#nullable enable
using System;

namespace Lamp.Protocol
{
    /// <summary>Values of a repeated field in an array that is kept.</summary>
    public sealed class RepeatedValue<T>
    {
        /// <summary>Only the first <see cref="Count"/> count.</summary>
        public T[] Items { get; private set; } = Array.Empty<T>();

        public int Count { get; private set; }

        public T this[int i] => i < Count ? Items[i] : throw new ArgumentOutOfRangeException(nameof(i));

        public void Clear() => Count = 0;

        public void Add(T value) => Append(1)[0] = value;

        /// <summary>Room for more values at the end, to be filled by the caller.</summary>
        public Span<T> Append(int more)
        {
            if (Count + more > Items.Length)
            {
                T[] larger = new T[Math.Max(Count + more, Math.Max(Items.Length * 2, 8))];
                Array.Copy(Items, larger, Count);
                Items = larger;
            }
            Count += more;
            return Items.AsSpan(Count - more, more);
        }
    }

    /// <summary>Messages of a repeated field; cleared ones are kept and given out again.</summary>
    public sealed class RepeatedMessage<T> where T : LampMessage, new()
    {
        private T[] _items = Array.Empty<T>();

        public int Count { get; private set; }

        public T this[int i] => i < Count ? _items[i] : throw new ArgumentOutOfRangeException(nameof(i));

        public void Clear() => Count = 0;

        /// <summary>One message more, empty.</summary>
        public T Add()
        {
            if (Count == _items.Length)
            {
                Array.Resize(ref _items, Math.Max(_items.Length * 2, 4));
            }
            T item = _items[Count] ?? (_items[Count] = new T());
            item.Clear();
            Count++;
            return item;
        }
    }
}
