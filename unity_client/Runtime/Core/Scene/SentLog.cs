#nullable enable
using System.Collections.Generic;

namespace Lamp
{
    /// <summary>What went into the last messages, to know what a refusal is about.</summary>
    internal sealed class SentLog
    {
        private const int Most = 64;
        private readonly Record[] _ring = new Record[Most];
        private int _next;

        public SentLog()
        {
            for (int i = 0; i < Most; i++)
            {
                _ring[i] = new Record();
            }
        }

        public void Add(SceneBatch batch)
        {
            Record record = _ring[_next];
            _next = (_next + 1) % Most;
            record.Revision = batch.Revision;
            record.Prompt = batch.Prompt != null;
            record.LookAt = batch.LookAt.HasValue;
            record.Path = batch.Path != null;
            Copy(batch.PutObstacles, record.Obstacles);
            Copy(batch.PutTargets, record.Targets);
            Copy(batch.PutKeyPoses, record.KeyPoses);
            record.Clear = batch.Clear;
            Copy(batch.RemoveObstacles, record.RemovedObstacles);
            Copy(batch.RemoveTargets, record.RemovedTargets);
            Copy(batch.RemoveKeyPoses, record.RemovedKeyPoses);
        }

        public Record? Find(ulong revision)
        {
            foreach (Record record in _ring)
            {
                if (record.Revision == revision)
                {
                    return record;
                }
            }
            return null;
        }

        public void Clear()
        {
            foreach (Record record in _ring)
            {
                record.Revision = 0;
            }
        }

        private static void Copy<T>(List<KeyValuePair<string, T>> put, List<string> ids)
        {
            ids.Clear();
            foreach (KeyValuePair<string, T> pair in put)
            {
                ids.Add(pair.Key);
            }
        }

        private static void Copy(List<string> from, List<string> ids)
        {
            ids.Clear();
            ids.AddRange(from);
        }

        internal sealed class Record
        {
            public ulong Revision;
            public bool Clear;
            public bool Prompt;
            public bool LookAt;
            public bool Path;
            public readonly List<string> Obstacles = new List<string>();
            public readonly List<string> Targets = new List<string>();
            public readonly List<string> KeyPoses = new List<string>();
            public readonly List<string> RemovedObstacles = new List<string>();
            public readonly List<string> RemovedTargets = new List<string>();
            public readonly List<string> RemovedKeyPoses = new List<string>();

            public int Count =>
                Obstacles.Count + Targets.Count + KeyPoses.Count + (LookAt ? 1 : 0) + (Path ? 1 : 0) + (Prompt ? 1 : 0);
        }
    }
}
