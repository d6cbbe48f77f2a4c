#nullable enable
using System.Collections.Generic;
using System.Threading.Tasks;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>
    /// Owns every connection and session of the game, one connection per server settings. Leaving play mode, a domain
    /// reload and quitting end all of it (the editor's part is LampEditorLifetime): what stays open would hang the editor.
    /// </summary>
    public static class LampConnection
    {
        private const int FarewellMs = 300;
        private static readonly Dictionary<LampServer, ILampConnector> Connectors =
            new Dictionary<LampServer, ILampConnector>();
        private static readonly List<LampSession> Sessions = new List<LampSession>();

        /// <summary>Sessions that are open.</summary>
        public static int SessionCount => Sessions.Count;

        /// <summary>Connections that are open.</summary>
        public static int ConnectionCount => Connectors.Count;

        /// <summary>Opens a session over the connection of <paramref name="server"/>.</summary>
        /// <exception cref="LampException">A setting cannot be used; the message names it.</exception>
        public static LampSession Open(LampServer server, LampSessionOptions options, string name)
        {
            if (!Connectors.TryGetValue(server, out ILampConnector? connector))
            {
                connector = new GrpcConnector(
                    server.Addresses, server.Tls, server.EffectiveToken, () => LampHttp.Create(server));
                Connectors.Add(server, connector);
            }
            var session = new LampSession(options, connector, name);
            Sessions.Add(session);
            session.Start();
            return session;
        }

        /// <summary>Says bye in the background; the game goes on at once.</summary>
        public static void Close(LampSession session)
        {
            if (Sessions.Remove(session))
            {
                session.CloseAsync();
            }
        }

        /// <summary>Ends everything; waits for farewells for a moment. May be called again.</summary>
        public static void Shutdown()
        {
            var farewells = new Task[Sessions.Count];
            for (int i = 0; i < farewells.Length; i++)
            {
                farewells[i] = Sessions[i].CloseAsync(0.001 * FarewellMs);
            }
            // nothing of a session needs this thread, so waiting here cannot block it
            Task.WaitAll(farewells, FarewellMs);
            foreach (LampSession session in Sessions)
            {
                session.Dispose();
            }
            Sessions.Clear();
            foreach (ILampConnector connector in Connectors.Values)
            {
                connector.Dispose();
            }
            Connectors.Clear();
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void OnPlay()
        {
            // with domain reload switched off, statics of the last play are still here
            Shutdown();
            Application.quitting -= Shutdown;
            Application.quitting += Shutdown;
        }
    }
}
