#nullable enable
using System;
using System.Net.Http;

namespace Lamp
{
    /// <summary>One server: an address and what speaks HTTP/2 to it. Thread-safe.</summary>
    public sealed class GrpcChannel : IDisposable
    {
        /// <summary>Largest message that is received, where nothing else is said.</summary>
        public const int DefaultMaxMessageBytes = 16 * 1024 * 1024;

        /// <summary>Smallest limit that can be set: a welcome has to fit.</summary>
        public const int LeastMaxMessageBytes = 4096;

        private readonly HttpMessageInvoker _invoker;

        /// <param name="address">HOST:PORT.</param>
        /// <param name="tls">Whether to encrypt.</param>
        /// <param name="token">Sent with every call; null: none.</param>
        /// <param name="handler">Speaks HTTP/2, over cleartext too where <paramref name="tls"/> is false; disposed along.</param>
        /// <param name="maxMessageBytes">Largest message that is received.</param>
        /// <exception cref="LampException">The address or the limit cannot be one.</exception>
        public GrpcChannel(
            string address, bool tls, string? token, HttpMessageHandler handler,
            int maxMessageBytes = DefaultMaxMessageBytes)
        {
            if (maxMessageBytes < LeastMaxMessageBytes)
            {
                handler.Dispose();
                throw new LampException(
                    LampStatus.InvalidArgument,
                    $"a limit of {maxMessageBytes} bytes a message is too low: give at least {LeastMaxMessageBytes}");
            }
            if (!Uri.TryCreate($"{(tls ? "https" : "http")}://{address}", UriKind.Absolute, out Uri? root)
                || root.Port <= 0 || root.Host.Length == 0)
            {
                handler.Dispose();
                throw new LampException(
                    LampStatus.InvalidArgument, $"address '{address}' cannot be used: write HOST:PORT, such as 127.0.0.1:50061");
            }
            Address = address;
            Root = root;
            Token = token;
            MaxMessageBytes = maxMessageBytes;
            _invoker = new HttpMessageInvoker(handler, true);
        }

        public string Address { get; }

        /// <summary>Largest message that is received; a larger one ends its call.</summary>
        public int MaxMessageBytes { get; }

        internal Uri Root { get; }

        internal string? Token { get; }

        internal HttpMessageInvoker Invoker => _invoker;

        /// <summary>Ends the connection and what runs on it.</summary>
        public void Dispose() => _invoker.Dispose();
    }
}
