#nullable enable
using System.Collections.Generic;
using System.Threading.Tasks;
using UnityEngine;

namespace Lamp.Unity
{
    /// <summary>
    /// Owns every connection and session of the game, one connection per server settings while it has sessions. Leaving play
    /// mode, a domain reload and quitting end all of it (the editor's part is LampEditorLifetime): what stays open would hang
    /// the editor. For the main thread.
    /// </summary>
    public static class LampConnection
    {
        private const double FarewellS = 0.3;
        private static readonly Dictionary<LampServer, Line> Lines = new Dictionary<LampServer, Line>();
        private static readonly Dictionary<LampSession, Line> Sessions = new Dictionary<LampSession, Line>();
        private static readonly List<Leaving> Farewells = new List<Leaving>();

        /// <summary>Sessions that are open.</summary>
        public static int SessionCount => Sessions.Count;

        /// <summary>Connections that are open, also those that only wait for a farewell.</summary>
        public static int ConnectionCount
        {
            get
            {
                Forget();
                int count = Lines.Count;
                foreach (Leaving leaving in Farewells)
                {
                    count += leaving.Line == null ? 0 : 1;
                }
                return count;
            }
        }

        /// <summary>Opens a session over the connection of <paramref name="server"/>.</summary>
        /// <exception cref="LampException">A setting cannot be used; the message names it.</exception>
        public static LampSession Open(LampServer server, LampSessionOptions options, string name)
        {
            if (!Lines.TryGetValue(server, out Line? line))
            {
                server.Check();
                // what a handler needs is read here: it is made later, on a thread where no asset can be read
                line = new Line(server, new GrpcConnector(
                    server.Addresses, server.Tls, server.EffectiveToken, LampHttp.Prepare(server), server.MaxMessageBytes));
            }
            var session = new LampSession(options, line.Connector, name);
            Lines[server] = line;
            line.Sessions++;
            Sessions.Add(session, line);
            session.Start();
            return session;
        }

        /// <summary>Says bye in the background; the game goes on at once. The last one closes the connection.</summary>
        public static void Close(LampSession session) => Close(session, 2.0);

        /// <summary>Ends everything; waits for farewells for a moment. May be called again.</summary>
        public static void Shutdown()
        {
            foreach (LampSession session in new List<LampSession>(Sessions.Keys))
            {
                Close(session, FarewellS);
            }
            var farewells = new Task[Farewells.Count];
            for (int i = 0; i < farewells.Length; i++)
            {
                farewells[i] = Farewells[i].Task;
            }
            // nothing of a session needs this thread, so waiting here cannot block it
            Task.WaitAll(farewells, (int)(1000.0 * FarewellS));
            foreach (Leaving leaving in Farewells)
            {
                leaving.Session.Dispose();
                leaving.Line?.Connector.Dispose();
            }
            Farewells.Clear();
        }

        private static void Close(LampSession session, double timeoutS)
        {
            if (!Sessions.TryGetValue(session, out Line? line))
            {
                return;
            }
            Sessions.Remove(session);
            line.Sessions--;
            bool last = line.Sessions == 0;
            if (last)
            {
                Lines.Remove(line.Server);
            }
            Forget();
            Farewells.Add(new Leaving(session, last ? line : null, CloseAsync(session, last ? line : null, timeoutS)));
        }

        private static async Task CloseAsync(LampSession session, Line? line, double timeoutS)
        {
            await session.CloseAsync(timeoutS).ConfigureAwait(false);
            line?.Connector.Dispose();
        }

        private static void Forget() => Farewells.RemoveAll(leaving => leaving.Task.IsCompleted);

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void OnPlay()
        {
            // with domain reload switched off, statics of the last play are still here
            Shutdown();
            Application.quitting -= Shutdown;
            Application.quitting += Shutdown;
        }

        private sealed class Line
        {
            public readonly LampServer Server;
            public readonly ILampConnector Connector;
            public int Sessions;

            public Line(LampServer server, ILampConnector connector)
            {
                Server = server;
                Connector = connector;
            }
        }

        /// <summary>A session that says bye, and the connection to close after it; null where others use it.</summary>
        private sealed class Leaving
        {
            public readonly LampSession Session;
            public readonly Line? Line;
            public readonly Task Task;

            public Leaving(LampSession session, Line? line, Task task)
            {
                Session = session;
                Line = line;
                Task = task;
            }
        }
    }
}
