#nullable enable
using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;

namespace Lamp
{
    /// <summary>A request body that is written while the response is already being read.</summary>
    internal sealed class PushContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream =
            new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource<bool> _done =
            new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Where to write, as soon as there is a connection; fails with <see cref="Fail"/>.</summary>
        public Task<Stream> Stream => _stream.Task;

        /// <summary>Ends the body.</summary>
        public void Complete() => _done.TrySetResult(true);

        /// <summary>There will be no connection.</summary>
        public void Fail(Exception why)
        {
            if (_stream.TrySetException(why))
            {
                _ = _stream.Task.Exception; // seen, even where nobody wanted to write
            }
            _done.TrySetResult(false);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _stream.TrySetResult(stream);
            return _done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
