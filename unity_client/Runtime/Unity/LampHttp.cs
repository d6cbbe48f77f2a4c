#nullable enable
using System;
using System.Net.Http;

namespace Lamp.Unity
{
    /// <summary>
    /// What speaks HTTP/2. Unity's own HttpClient cannot, so YetAnotherHttpHandler does where it is installed (the define
    /// LAMP_YETANOTHERHTTPHANDLER comes from this assembly's version defines).
    /// </summary>
    public static class LampHttp
    {
        /// <summary>
        /// Takes the place of YetAnotherHttpHandler: gets the settings on the main thread, and gives what makes handlers that
        /// speak HTTP/2 on any thread.
        /// </summary>
        public static Func<LampServer, Func<HttpMessageHandler>>? HandlerFactory { get; set; }

        /// <summary>Whether something that speaks HTTP/2 is there.</summary>
        public static bool Available
        {
            get
            {
#if LAMP_YETANOTHERHTTPHANDLER
                return true;
#else
                return HandlerFactory != null;
#endif
            }
        }

        /// <summary>What makes handlers for one server, on any thread: what they need of it is read now.</summary>
        /// <exception cref="LampException">Nothing that speaks HTTP/2 is installed; the message says what to install.</exception>
        public static Func<HttpMessageHandler> Prepare(LampServer server)
        {
            if (HandlerFactory != null)
            {
                return HandlerFactory(server);
            }
#if LAMP_YETANOTHERHTTPHANDLER
            string? roots = server.RootCertificates;
            string? certificate = server.ClientCertificate;
            string? key = server.ReadClientKey();
            return () => Native(roots, certificate, key);
#else
            throw new LampException(
                LampStatus.Unimplemented,
                "Unity speaks no HTTP/2 by itself: install the package com.cysharp.yetanotherhttphandler (1.11 or newer; "
                + "README, Install), or set LampHttp.HandlerFactory to something that does");
#endif
        }

#if LAMP_YETANOTHERHTTPHANDLER
        private static HttpMessageHandler Native(string? roots, string? certificate, string? key)
        {
            var handler = new Cysharp.Net.Http.YetAnotherHttpHandler
            {
                // over cleartext both sides must agree on HTTP/2 beforehand
                Http2Only = true,
                Http2KeepAliveInterval = TimeSpan.FromSeconds(15),
                Http2KeepAliveTimeout = TimeSpan.FromSeconds(10),
            };
            if (roots != null)
            {
                handler.RootCertificates = roots;
            }
            if (certificate != null)
            {
                handler.ClientAuthCertificates = certificate;
                handler.ClientAuthKey = key;
            }
            return handler;
        }
#endif
    }
}
