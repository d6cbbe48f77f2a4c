#nullable enable
using System;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>Where the motion server is and how to reach it. Make one with Assets, Create, LaMP, Server.</summary>
    [CreateAssetMenu(menuName = "LaMP/Server", fileName = "LampServer")]
    public sealed class LampServer : ScriptableObject
    {
        [Tooltip("HOST:PORT, the preferred one first. Several must be servers that do the same.")]
        [SerializeField] private string[] addresses = { "127.0.0.1:50061" };

        [Tooltip("Encrypt. Use it with everything but the own machine.")]
        [SerializeField] private bool tls = false;

        [Tooltip("Certificates to trust (PEM, as a text asset); empty: the well-known ones.")]
        [SerializeField] private TextAsset? rootCertificates = null;

        [Tooltip("Environment variable that holds the server's token, so that it is in no asset; empty: none.")]
        [SerializeField] private string tokenVariable = "LAMP_TOKEN";

        [Tooltip("How long the first connection may take, seconds.")]
        [SerializeField] private float connectTimeoutS = 10f;

        [Tooltip("How long to look for a server after a connection was lost, seconds; 0: not at all.")]
        [SerializeField] private float reconnectForS = 60f;

        [Tooltip("How far ahead of what is shown the server sends motion, 1 to 10 s.")]
        [Range(1f, 10f)]
        [SerializeField] private float horizonS = 4f;

        [Tooltip("Frames per second on the wire, 1 to 240; they are interpolated.")]
        [Range(1f, 240f)]
        [SerializeField] private float fps = 30f;

        public string[] Addresses => addresses;

        public bool Tls => tls;

        /// <summary>PEM, or null for the well-known certificates.</summary>
        public string? RootCertificates => rootCertificates == null ? null : rootCertificates.text;

        /// <summary>Token set by code; before the one of the environment variable.</summary>
        public string? Token { get; set; }

        /// <summary>The token to send; null: none.</summary>
        public string? EffectiveToken
        {
            get
            {
                string? token = Token;
                if (string.IsNullOrEmpty(token) && !string.IsNullOrEmpty(tokenVariable))
                {
                    token = Environment.GetEnvironmentVariable(tokenVariable);
                }
                return string.IsNullOrEmpty(token) ? null : token;
            }
        }

        /// <summary>Options of a session with this server.</summary>
        public LampSessionOptions NewOptions() => new LampSessionOptions
        {
            Fps = fps,
            HorizonS = horizonS,
            FirstS = connectTimeoutS,
            Reconnect = new Reconnect { GiveUpS = reconnectForS },
        };

        /// <summary>Settings made by code.</summary>
        public static LampServer At(params string[] addresses)
        {
            LampServer server = CreateInstance<LampServer>();
            server.addresses = addresses;
            return server;
        }
    }
}
