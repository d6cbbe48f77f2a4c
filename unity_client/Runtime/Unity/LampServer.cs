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

        [Tooltip("This game's own certificate (PEM, as a text asset), where the server wants one; empty: none.")]
        [SerializeField] private TextAsset? clientCertificate = null;

        [Tooltip("Environment variable that names the file with the key of that certificate (PEM), so that it is in no asset.")]
        [SerializeField] private string clientKeyVariable = "LAMP_CLIENT_KEY_FILE";

        [Tooltip("Largest message that is read, bytes. A server that sends more is none of ours.")]
        [SerializeField] private int maxMessageBytes = GrpcChannel.DefaultMaxMessageBytes;

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

        /// <summary>PEM of this game's own certificate; null: none.</summary>
        public string? ClientCertificate => clientCertificate == null ? null : clientCertificate.text;

        /// <summary>PEM of its key, set by code; before the file that the environment variable names.</summary>
        public string? ClientKey { get; set; }

        /// <summary>Largest message that is read, bytes.</summary>
        public int MaxMessageBytes => maxMessageBytes;

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

        /// <summary>Whether the settings can be used together.</summary>
        /// <exception cref="LampException">They cannot; the message names this asset and what to change.</exception>
        public void Check()
        {
            if (addresses == null || addresses.Length == 0)
            {
                throw InputCheck.Bad(name, "addresses", "there are none", "give at least one, such as 127.0.0.1:50061");
            }
            if (!tls && (rootCertificates != null || clientCertificate != null))
            {
                throw InputCheck.Bad(name, "certificate", "Tls is off", "tick Tls, or take the certificates away");
            }
            if (maxMessageBytes < GrpcChannel.LeastMaxMessageBytes)
            {
                throw InputCheck.Bad(
                    name, "largest message", $"it is {maxMessageBytes} bytes",
                    $"give at least {GrpcChannel.LeastMaxMessageBytes}; {GrpcChannel.DefaultMaxMessageBytes} is usual");
            }
            if (clientCertificate != null)
            {
                ReadClientKey();
            }
        }

        /// <summary>PEM of the key of <see cref="ClientCertificate"/>; null where there is no certificate.</summary>
        /// <exception cref="LampException">There is a certificate and no key; the message says where it was looked for.</exception>
        public string? ReadClientKey()
        {
            if (clientCertificate == null)
            {
                return null;
            }
            if (!string.IsNullOrEmpty(ClientKey))
            {
                return ClientKey;
            }
            string? file = string.IsNullOrEmpty(clientKeyVariable)
                ? null : Environment.GetEnvironmentVariable(clientKeyVariable);
            if (string.IsNullOrEmpty(file))
            {
                throw InputCheck.Bad(
                    name, "client certificate", "it has no key",
                    $"set LampServer.ClientKey by code, or the environment variable {clientKeyVariable} to the key's file");
            }
            try
            {
                return System.IO.File.ReadAllText(file);
            }
            catch (Exception error) when (error is System.IO.IOException || error is UnauthorizedAccessException)
            {
                throw InputCheck.Bad(name, "key of the client certificate", error.Message, $"mend {clientKeyVariable}");
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
            server.name = addresses.Length > 0 ? addresses[0] : "no address";
            return server;
        }

        /// <summary>Settings made by code, encrypted.</summary>
        /// <param name="address">HOST:PORT.</param>
        /// <param name="rootCertificates">PEM of whom to trust; null: the well-known ones.</param>
        /// <param name="clientCertificate">PEM of the game's own certificate; null: none.</param>
        /// <param name="clientKey">PEM of its key.</param>
        public static LampServer WithTls(
            string address, string? rootCertificates = null, string? clientCertificate = null, string? clientKey = null)
        {
            LampServer server = At(address);
            server.tls = true;
            server.rootCertificates = rootCertificates == null ? null : new TextAsset(rootCertificates);
            server.clientCertificate = clientCertificate == null ? null : new TextAsset(clientCertificate);
            server.ClientKey = clientKey;
            return server;
        }
    }
}
