#nullable enable
using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Proto = Lamp.Protocol;

namespace Lamp
{
    /// <summary>Connections to the addresses of one server settings, made when they are needed.</summary>
    public sealed class GrpcConnector : ILampConnector
    {
        private const int MostRetired = 4;
        private readonly object _gate = new object();
        private readonly string[] _addresses;
        private readonly bool _tls;
        private readonly string? _token;
        private readonly Func<HttpMessageHandler> _handler;
        private readonly int _maxMessageBytes;
        private readonly Dictionary<string, GrpcChannel> _channels = new Dictionary<string, GrpcChannel>();
        private readonly Queue<GrpcChannel> _retired = new Queue<GrpcChannel>();
        private int _current;
        private bool _closed;

        /// <param name="addresses">HOST:PORT, the preferred one first.</param>
        /// <param name="tls">Whether to encrypt.</param>
        /// <param name="token">Sent with every call; null: none.</param>
        /// <param name="handler">Makes what speaks HTTP/2.</param>
        /// <param name="maxMessageBytes">Largest message that is received.</param>
        /// <exception cref="LampException">There is no address.</exception>
        public GrpcConnector(
            string[] addresses, bool tls, string? token, Func<HttpMessageHandler> handler,
            int maxMessageBytes = GrpcChannel.DefaultMaxMessageBytes)
        {
            if (addresses.Length == 0)
            {
                throw new LampException(
                    LampStatus.InvalidArgument, "no address of a server was given; give at least one, such as 127.0.0.1:50061");
            }
            _addresses = addresses;
            _tls = tls;
            _token = token;
            _handler = handler;
            _maxMessageBytes = maxMessageBytes;
        }

        public int Addresses => _addresses.Length;

        public string Address
        {
            get
            {
                lock (_gate)
                {
                    return _addresses[_current];
                }
            }
        }

        public ILampLink Connect(string affinity) => new GrpcLink(Channel(), affinity);

        public void Leave(string address)
        {
            lock (_gate)
            {
                if (_addresses[_current] == address)
                {
                    _current = (_current + 1) % _addresses.Length;
                }
            }
        }

        public void Redial()
        {
            lock (_gate)
            {
                // what others have on it may be fine, and goes on
                if (_channels.Remove(_addresses[_current], out GrpcChannel? channel))
                {
                    _retired.Enqueue(channel);
                }
                while (_retired.Count > MostRetired)
                {
                    _retired.Dequeue().Dispose();
                }
            }
        }

        public Task<bool> BringAsync(GeometryContent content, float metresPerUnit, CancellationToken cancel) =>
            GeometryUpload.BringAsync(Channel(), content, metresPerUnit, cancel);

        public void Dispose()
        {
            lock (_gate)
            {
                _closed = true;
                foreach (GrpcChannel channel in _channels.Values)
                {
                    channel.Dispose();
                }
                _channels.Clear();
                while (_retired.Count > 0)
                {
                    _retired.Dequeue().Dispose();
                }
            }
        }

        private GrpcChannel Channel()
        {
            lock (_gate)
            {
                if (_closed)
                {
                    throw new LampException(LampStatus.Cancelled, "the connection is closed", "CLOSED");
                }
                string address = _addresses[_current];
                if (!_channels.TryGetValue(address, out GrpcChannel? channel))
                {
                    channel = new GrpcChannel(address, _tls, _token, _handler(), _maxMessageBytes);
                    _channels.Add(address, channel);
                }
                return channel;
            }
        }
    }
}
