#nullable enable
using System;
using System.Collections.Generic;

namespace Lamp
{
    /// <summary>Things of one kind by id: the newest value of each, and whether the server has been told. Not thread-safe.</summary>
    internal sealed class IntentTable<T>
    {
        private const int MostRemoved = 256;
        private readonly Dictionary<string, Entry> _entries = new Dictionary<string, Entry>();
        private readonly List<string> _removed = new List<string>();
        private readonly string _kind;
        private int _dirty;

        public IntentTable(string kind, int most)
        {
            _kind = kind;
            Most = most;
        }

        /// <summary>Most ids at a time.</summary>
        public int Most { get; set; }

        public int Count => _entries.Count;

        /// <summary>Whether there is something to tell.</summary>
        public bool Dirty => _dirty > 0 || _removed.Count > 0;

        /// <exception cref="LampException">There are too many.</exception>
        public void Put(string id, in T value)
        {
            if (!_entries.TryGetValue(id, out Entry? entry))
            {
                if (_entries.Count >= Most)
                {
                    throw new LampException(
                        LampStatus.ResourceExhausted,
                        $"{_kind} '{id}' is one too many: a character can have {Most} at a time; remove some first");
                }
                entry = new Entry();
                _entries.Add(id, entry);
            }
            entry.Value = value;
            entry.Alone = false;
            SetDirty(entry, true);
        }

        public void Remove(string id, bool tell)
        {
            if (_entries.TryGetValue(id, out Entry? entry))
            {
                SetDirty(entry, false);
                _entries.Remove(id);
            }
            if (tell && !_removed.Contains(id))
            {
                // the server forgets unknown ids without a word, so losing the oldest does no harm that lasts
                if (_removed.Count >= MostRemoved)
                {
                    _removed.RemoveAt(0);
                }
                _removed.Add(id);
            }
        }

        public void Clear()
        {
            _entries.Clear();
            _removed.Clear();
            _dirty = 0;
        }

        /// <summary>Another server: tell everything.</summary>
        public void MarkAll()
        {
            _removed.Clear();
            foreach (Entry entry in _entries.Values)
            {
                entry.Alone = false;
                SetDirty(entry, true);
            }
        }

        /// <summary>Tell these again, each in a message of its own: one of them was refused.</summary>
        public void MarkAlone(string id)
        {
            if (_entries.TryGetValue(id, out Entry? entry))
            {
                entry.Alone = true;
                SetDirty(entry, true);
            }
        }

        /// <summary>Moves what is to be told into the lists.</summary>
        /// <param name="put">Filled with what is new or changed.</param>
        /// <param name="removed">Filled with ids that are gone.</param>
        /// <param name="alone">Take at most one thing, of those that go alone; else everything but those.</param>
        /// <param name="wait">Things that have to wait; null: none.</param>
        public void Drain(
            List<KeyValuePair<string, T>> put, List<string> removed, bool alone, Func<T, bool>? wait)
        {
            if (!alone && _removed.Count > 0)
            {
                removed.AddRange(_removed);
                _removed.Clear();
            }
            if (_dirty == 0)
            {
                return;
            }
            foreach (KeyValuePair<string, Entry> pair in _entries)
            {
                Entry entry = pair.Value;
                if (!entry.Dirty || entry.Alone != alone || (wait != null && wait(entry.Value)))
                {
                    continue;
                }
                put.Add(new KeyValuePair<string, T>(pair.Key, entry.Value));
                SetDirty(entry, false);
                if (alone)
                {
                    return;
                }
            }
        }

        public bool TryGet(string id, out T value)
        {
            bool found = _entries.TryGetValue(id, out Entry? entry);
            value = found ? entry!.Value : default!;
            return found;
        }

        /// <summary>All values; the enumerator is a struct.</summary>
        public Dictionary<string, Entry>.ValueCollection Entries => _entries.Values;

        private void SetDirty(Entry entry, bool dirty)
        {
            _dirty += (dirty ? 1 : 0) - (entry.Dirty ? 1 : 0);
            entry.Dirty = dirty;
        }

        internal sealed class Entry
        {
            public T Value = default!;
            public bool Dirty;
            public bool Alone;
        }
    }
}
