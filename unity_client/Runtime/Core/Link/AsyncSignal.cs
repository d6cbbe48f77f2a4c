#nullable enable
using System;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace Lamp
{
    /// <summary>Wakes one waiting loop from any thread; allocates nothing. A signal nobody waits for is kept.</summary>
    internal sealed class AsyncSignal : IValueTaskSource
    {
        private readonly object _gate = new object();
        private ManualResetValueTaskSourceCore<bool> _core;
        private bool _set;
        private bool _waiting;

        public AsyncSignal()
        {
            _core.RunContinuationsAsynchronously = true;
        }

        public void Set()
        {
            lock (_gate)
            {
                if (!_waiting)
                {
                    _set = true;
                    return;
                }
                _waiting = false;
            }
            _core.SetResult(true);
        }

        /// <summary>Until the next signal; only one may wait at a time.</summary>
        public ValueTask WaitAsync()
        {
            lock (_gate)
            {
                if (_set)
                {
                    _set = false;
                    return default;
                }
                _core.Reset();
                _waiting = true;
                return new ValueTask(this, _core.Version);
            }
        }

        void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

        ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

        void IValueTaskSource.OnCompleted(
            Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
