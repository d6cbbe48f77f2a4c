#nullable enable
using System;
using System.Buffers.Binary;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using Lamp.Protocol;

namespace Lamp
{
    /// <summary>
    /// One gRPC call over HTTP/2: any number of messages each way. One thread may write while another reads; both keep their
    /// buffers. Throws <see cref="LampException"/>, and <see cref="OperationCanceledException"/> after <see cref="Cancel"/>.
    /// </summary>
    public sealed class GrpcCall : IDisposable
    {
        private const int PrefixBytes = 5;
        private readonly GrpcChannel _channel;
        private readonly GrpcDeadline _deadline;
        private readonly CancellationTokenSource _cancel;
        private readonly PushContent _content = new PushContent();
        private readonly WireWriter _writer = new WireWriter(1024);
        private readonly Task<HttpResponseMessage> _sending;
        private HttpResponseMessage? _response;
        private Stream? _body;
        private byte[] _buffer = new byte[16 * 1024];

        /// <summary>Begins the call.</summary>
        /// <param name="channel">The server.</param>
        /// <param name="method">Path, such as "/lamp.v1.MotionService/Drive".</param>
        /// <param name="timeoutS">Deadline, seconds; 0: none.</param>
        /// <param name="affinity">Helps a load balancer to find the server of a session; null: none.</param>
        /// <param name="cancel">Ends the call.</param>
        public GrpcCall(
            GrpcChannel channel, string method, double timeoutS = 0.0, string? affinity = null,
            CancellationToken cancel = default)
        {
            _channel = channel;
            _deadline = new GrpcDeadline(timeoutS);
            _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancel, _deadline.Token);
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(channel.Root, method))
            {
                Version = new Version(2, 0),
                Content = _content,
            };
            _content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            request.Headers.TryAddWithoutValidation("te", "trailers");
            if (_deadline.Header != null)
            {
                request.Headers.TryAddWithoutValidation("grpc-timeout", _deadline.Header);
            }
            if (channel.Token != null)
            {
                request.Headers.TryAddWithoutValidation("authorization", "Bearer " + channel.Token);
            }
            if (affinity != null)
            {
                request.Headers.TryAddWithoutValidation("lamp-session", affinity);
            }
            _sending = SendAsync(request);
            // a call that is cut before it is read fails without anybody to hear of it
            _sending.ContinueWith(
                done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
        }

        /// <summary>One message there, one back.</summary>
        public static async Task UnaryAsync(
            GrpcChannel channel, string method, LampMessage request, LampMessage response, double timeoutS,
            CancellationToken cancel)
        {
            using var call = new GrpcCall(channel, method, timeoutS, null, cancel);
            await call.WriteAsync(request).ConfigureAwait(false);
            call.Complete();
            await call.ReadOnlyOneAsync(response).ConfigureAwait(false);
        }

        /// <summary>Sends a message; waits where the server reads more slowly than this writes.</summary>
        public async ValueTask WriteAsync(LampMessage message)
        {
            Encode(message);
            try
            {
                Stream stream = await _content.Stream.ConfigureAwait(false);
                await stream.WriteAsync(_writer.Memory, _cancel.Token).ConfigureAwait(false);
                await stream.FlushAsync(_cancel.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (!(error is LampException))
            {
                throw Explain(error);
            }
        }

        /// <summary>Nothing more will be sent.</summary>
        public void Complete() => _content.Complete();

        /// <summary>The next message; false when the stream ended well.</summary>
        public async ValueTask<bool> ReadAsync(LampMessage into)
        {
            int length = await ReadFrameAsync().ConfigureAwait(false);
            if (length < 0)
            {
                return false;
            }
            try
            {
                into.Parse(_buffer.AsSpan(0, length));
                return true;
            }
            catch (LampProtocolException error)
            {
                throw new LampException(LampStatus.Internal, $"a message of the server cannot be read: {error.Message}");
            }
        }

        /// <summary>Bytes of the next message, which is then at the start of the buffer; -1 when the stream ended well.</summary>
        private async ValueTask<int> ReadFrameAsync()
        {
            try
            {
                if (_body == null)
                {
                    await BeginReadingAsync().ConfigureAwait(false);
                }
                int got = await FillAsync(PrefixBytes).ConfigureAwait(false);
                if (got == 0)
                {
                    _content.Complete();
                    ThrowUnlessOk(_response!.Headers.Contains(GrpcStatus.Header)
                        ? (HttpHeaders)_response.Headers
                        : _response.TrailingHeaders);
                    return -1;
                }
                int length = CheckPrefix(got);
                if (await FillAsync(length).ConfigureAwait(false) < length)
                {
                    throw new LampException(LampStatus.Unavailable, "the stream broke off within a message");
                }
                return length;
            }
            catch (Exception error) when (!(error is LampException))
            {
                throw Explain(error);
            }
        }

        /// <summary>The answer of a call that has one.</summary>
        public async Task ReadOnlyOneAsync(LampMessage into)
        {
            if (!await ReadAsync(into).ConfigureAwait(false))
            {
                throw new LampException(LampStatus.Internal, "the server ended the call without an answer");
            }
            if (await ReadFrameAsync().ConfigureAwait(false) >= 0)
            {
                throw new LampException(LampStatus.Internal, "the server sent more than one answer");
            }
        }

        /// <summary>Ends the call without a word; from any thread.</summary>
        public void Cancel()
        {
            try
            {
                _cancel.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // over already
            }
            _content.Fail(new OperationCanceledException());
        }

        public void Dispose()
        {
            Cancel();
            _response?.Dispose();
            _cancel.Dispose();
            _deadline.Dispose();
        }

        private void Encode(LampMessage message)
        {
            _writer.Clear();
            int size = message.ComputeSize();
            Span<byte> prefix = _writer.Append(PrefixBytes);
            prefix[0] = 0; // not compressed
            BinaryPrimitives.WriteInt32BigEndian(prefix.Slice(1), size);
            message.WriteTo(_writer);
        }

        private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            try
            {
                return await _channel.Invoker.SendAsync(request, _cancel.Token).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                Exception why = Explain(error);
                _content.Fail(why);
                throw why;
            }
        }

        private async Task BeginReadingAsync()
        {
            _response = await _sending.ConfigureAwait(false);
            if (_response.StatusCode != HttpStatusCode.OK)
            {
                throw GrpcStatus.FromHttp((int)_response.StatusCode, _channel.Address);
            }
            if (_response.Headers.Contains(GrpcStatus.Header))
            {
                ThrowUnlessOk(_response.Headers); // a call refused at once has its trailers in front
            }
            _body = await _response.Content.ReadAsStreamAsync().ConfigureAwait(false);
        }

        private int CheckPrefix(int got)
        {
            if (got < PrefixBytes)
            {
                throw new LampException(LampStatus.Unavailable, "the stream broke off within a message");
            }
            uint length = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(1));
            if (_buffer[0] != 0)
            {
                throw new LampException(LampStatus.Unimplemented, "the server compresses its messages; switch that off");
            }
            if (length > (uint)_channel.MaxMessageBytes)
            {
                throw new LampException(
                    LampStatus.ResourceExhausted,
                    $"{_channel.Address} sends a message of {length} bytes, and at most {_channel.MaxMessageBytes} are read: "
                    + "is it a LaMP server? If so, raise the limit",
                    LampException.TooLarge);
            }
            return (int)length;
        }

        /// <summary>Bytes got into the buffer: as many as wanted, or fewer at the end of the stream.</summary>
        private async ValueTask<int> FillAsync(int wanted)
        {
            if (_buffer.Length < wanted)
            {
                _buffer = new byte[Math.Max(wanted, _buffer.Length * 2)];
            }
            int got = 0;
            while (got < wanted)
            {
                int more = await _body!.ReadAsync(_buffer.AsMemory(got, wanted - got), _cancel.Token).ConfigureAwait(false);
                if (more == 0)
                {
                    break;
                }
                got += more;
            }
            return got;
        }

        private void ThrowUnlessOk(HttpHeaders trailers)
        {
            LampException? error = GrpcStatus.Read(trailers);
            if (error != null)
            {
                throw error;
            }
        }

        private Exception Explain(Exception error)
        {
            if (error is LampException)
            {
                return error;
            }
            if (_deadline.IsOver)
            {
                return new LampException(
                    LampStatus.DeadlineExceeded, $"{_channel.Address} did not answer in time", inner: error);
            }
            if (_cancel.IsCancellationRequested)
            {
                return new OperationCanceledException("the call was ended", error);
            }
            return new LampException(
                LampStatus.Unavailable, $"no connection to {_channel.Address}: {error.GetBaseException().Message}", inner: error);
        }
    }
}
