#nullable enable
using System;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace Cysharp.Net.Http
{
    /// <summary>
    /// The part of YetAnotherHttpHandler's interface that the package uses, on .NET's own HTTP/2. Like the real one it takes
    /// its settings over with the first request, and trusts the root certificates and nobody else where they are given.
    /// </summary>
    public class YetAnotherHttpHandler : HttpMessageHandler
    {
        private HttpMessageInvoker? _inner;

        public bool? Http2Only { get; set; }

        public TimeSpan? Http2KeepAliveInterval { get; set; }

        public TimeSpan? Http2KeepAliveTimeout { get; set; }

        public string? RootCertificates { get; set; }

        public string? ClientAuthCertificates { get; set; }

        public string? ClientAuthKey { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            HttpMessageInvoker inner = _inner ?? (_inner = new HttpMessageInvoker(Build(), true));
            request.VersionPolicy = Http2Only == true ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;
            return inner.SendAsync(request, cancel);
        }

        protected override void Dispose(bool disposing)
        {
            _inner?.Dispose();
            base.Dispose(disposing);
        }

        private SocketsHttpHandler Build()
        {
            var sockets = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) };
            if (Http2KeepAliveInterval.HasValue)
            {
                sockets.KeepAlivePingDelay = Http2KeepAliveInterval.Value;
                sockets.KeepAlivePingTimeout = Http2KeepAliveTimeout ?? TimeSpan.FromSeconds(20);
            }
            if (ClientAuthCertificates != null)
            {
                sockets.SslOptions.ClientCertificates = new X509CertificateCollection
                {
                    X509Certificate2.CreateFromPem(ClientAuthCertificates, ClientAuthKey),
                };
            }
            if (RootCertificates != null)
            {
                var root = X509Certificate2.CreateFromPem(RootCertificates);
                sockets.SslOptions.RemoteCertificateValidationCallback = (_, found, _, errors) => Trusts(root, found, errors);
            }
            return sockets;
        }

        private static bool Trusts(X509Certificate2 root, X509Certificate? found, SslPolicyErrors errors)
        {
            if (found == null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            {
                return false;
            }
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(root);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(new X509Certificate2(found));
        }
    }
}
