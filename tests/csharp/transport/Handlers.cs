#nullable enable
using System;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace Lamp.TransportTests
{
    /// <summary>.NET's own HTTP/2, which stands for YetAnotherHttpHandler here.</summary>
    internal static class Handlers
    {
        /// <summary>Over cleartext.</summary>
        public static HttpMessageHandler Plain() => new Exact(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) });

        /// <summary>Over TLS, trusting those that the authority in a PEM file signed and nobody else.</summary>
        public static HttpMessageHandler Trusting(string authority)
        {
            var root = new X509Certificate2(authority);
            var sockets = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) };
            sockets.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                if (certificate == null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
                {
                    return false;
                }
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(root);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return chain.Build(new X509Certificate2(certificate));
            };
            return new Exact(sockets);
        }

        private sealed class Exact : DelegatingHandler
        {
            public Exact(HttpMessageHandler inner)
                : base(inner)
            {
            }

            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
            {
                request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
                return base.SendAsync(request, cancel);
            }
        }
    }
}
