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
        /// <summary>Takes the place of YetAnotherHttpHandler: gets the settings, gives a handler that speaks HTTP/2.</summary>
        public static Func<LampServer, HttpMessageHandler>? HandlerFactory { get; set; }

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

        /// <summary>A new handler for one server.</summary>
        /// <exception cref="LampException">Nothing that speaks HTTP/2 is installed; the message says what to install.</exception>
        public static HttpMessageHandler Create(LampServer server)
        {
            if (HandlerFactory != null)
            {
                return HandlerFactory(server);
            }
#if LAMP_YETANOTHERHTTPHANDLER
            var handler = new Cysharp.Net.Http.YetAnotherHttpHandler
            {
                // over cleartext both sides must agree on HTTP/2 beforehand
                Http2Only = true,
                Http2KeepAliveInterval = TimeSpan.FromSeconds(15),
                Http2KeepAliveTimeout = TimeSpan.FromSeconds(10),
            };
            if (server.RootCertificates != null)
            {
                handler.RootCertificates = server.RootCertificates;
            }
            return handler;
#else
            throw new LampException(
                LampStatus.Unimplemented,
                "Unity speaks no HTTP/2 by itself: install the package com.cysharp.yetanotherhttphandler (1.11 or newer; "
                + "README, Install), or set LampHttp.HandlerFactory to something that does");
#endif
        }
    }
}
