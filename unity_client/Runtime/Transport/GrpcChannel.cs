#nullable enable
using System;
using System.Net.Http;

namespace Lamp
{
    /// <summary>One server: an address and what speaks HTTP/2 to it. Thread-safe.</summary>
    public sealed class GrpcChannel : IDisposable
    {
        public const int MaxMessageBytes = 16 * 1024 * 1024;
        private readonly HttpMessageInvoker _invoker;

        /// <param name="address">HOST:PORT.</param>
        /// <param name="tls">Whether to encrypt.</param>
        /// <param name="token">Sent with every call; null: none.</param>
        /// <param name="handler">Speaks HTTP/2, over cleartext too where <paramref name="tls"/> is false; disposed along.</param>
        /// <exception cref="LampException">The address cannot be one.</exception>
        public GrpcChannel(string address, bool tls, string? token, HttpMessageHandler handler)
        {
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
            _invoker = new HttpMessageInvoker(handler, true);
        }

        public string Address { get; }

        internal Uri Root { get; }

        internal string? Token { get; }

        internal HttpMessageInvoker Invoker => _invoker;

        /// <summary>Ends the connection and what runs on it.</summary>
        public void Dispose() => _invoker.Dispose();
    }
}
