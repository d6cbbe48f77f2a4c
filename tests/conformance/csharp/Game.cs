#nullable enable
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;

namespace Lamp.Conformance
{
    /// <summary>A game loop around the session, as a game would have it.</summary>
    internal sealed class Game
    {
        private const double TickS = 1.0 / 60.0;
        private readonly DriveOptions _options;
        private readonly Events _events = new Events();
        private readonly ConcurrentQueue<string> _lines = new ConcurrentQueue<string>();
        private readonly List<string> _exceptions = new List<string>();
        private readonly SampleLog _samples;
        private readonly Allocations _allocations = new Allocations();
        private SessionTeller? _teller;

        public Game(DriveOptions options)
        {
            _options = options;
            _samples = new SampleLog(options.Seconds);
        }

        public int Run()
        {
            _events.Say("ready", json =>
            {
                json.WriteString("client", "lamp-unity " + LampSession.PackageVersion);
                json.WriteString("convention", "UNITY");
            });
            AppDomain.CurrentDomain.UnhandledException += (_, e) => _exceptions.Add(e.ExceptionObject.ToString() ?? "?");
            System.Threading.Tasks.TaskScheduler.UnobservedTaskException += (_, e) => Unobserved(e.Exception);
            new Thread(Listen) { IsBackground = true }.Start();
            try
            {
                Drive();
            }
            catch (LampException error)
            {
                _events.Error(Events.Code(error.Status), error.Message, true);
            }
            catch (Exception error)
            {
                _exceptions.Add(error.ToString());
            }
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _samples.Tell(_events);
            Done();
            return 0;
        }

        /// <summary>Of this package's tasks; .NET's own handler leaves some of failed connections behind.</summary>
        private void Unobserved(AggregateException error)
        {
            foreach (Exception inner in error.Flatten().InnerExceptions)
            {
                if (inner is LampException || (inner.StackTrace ?? string.Empty).Contains("at Lamp."))
                {
                    _exceptions.Add(inner.ToString());
                }
            }
        }

        private void Listen()
        {
            string? line;
            while ((line = Console.In.ReadLine()) != null)
            {
                _lines.Enqueue(line);
            }
            _lines.Enqueue("close");
        }

        private void Drive()
        {
            using var connector = new GrpcConnector(new[] { _options.Address }, false, _options.Token, () => new Http2());
            var options = new LampSessionOptions { Prompt = _options.Prompt, Fps = _options.Fps, FirstS = 8.0 };
            using var session = new LampSession(options, connector, "hero");
            _teller = new SessionTeller(_events, session);
            session.Start();
            var commands = new Commands(_events, session);
            Loop(session, commands);
            session.CloseAsync(2.0).GetAwaiter().GetResult();
            _teller.Take();
        }

        private void Loop(LampSession session, Commands commands)
        {
            double began = Events.Now;
            double last = began;
            double nowS = 0.0;
            Pose? pose = null;
            while (!commands.Closing && Events.Now - began < _options.Seconds)
            {
                double wait = last + TickS - Events.Now;
                Thread.Sleep(wait > 0.0 ? (int)Math.Ceiling(wait * 1000.0) : 0);
                double clock = Events.Now;
                bool playing = session.Buffer != null && session.Buffer.LastFrameIndex >= 0;
                nowS += commands.Frozen || !playing || pose == null ? 0.0 : clock - last;
                last = clock;
                _teller!.Take();
                if (session.State == SessionState.Failed)
                {
                    throw session.Error!;
                }
                pose = playing ? pose ?? session.NewPose() : null;
                if (pose != null)
                {
                    Frame(session, pose, nowS, clock - began);
                }
                while (_lines.TryDequeue(out string? line))
                {
                    commands.Obey(line, nowS);
                }
            }
        }

        private void Frame(LampSession session, Pose pose, double nowS, double runningS)
        {
            _allocations.Begin(runningS, session.Statistics.MessagesReceived);
            session.SetPlayhead(nowS);
            SampleState state = session.Sample(nowS, pose);
            _allocations.End();
            if (state != SampleState.Empty)
            {
                _samples.Add(session.Skeleton!, pose, nowS, state == SampleState.Held, session.Buffer!.Count);
            }
            _allocations.EndFrame(session.Statistics.MessagesReceived);
        }

        private void Done() => _events.Say("done", json =>
        {
            json.WriteNumber("frames_sampled", _samples.Count);
            json.WriteNumber("frames_held", _samples.Held);
            json.WriteNumber("max_buffer_frames", _samples.MostBuffered);
            json.WriteNumber("max_step_m", _samples.MostStep);
            _allocations.Tell(json);
            json.WriteStartArray("reconnect_s");
            foreach (double seconds in _teller?.ReconnectS ?? new List<double>())
            {
                json.WriteNumberValue(seconds);
            }
            json.WriteEndArray();
            json.WriteStartArray("exceptions");
            foreach (string text in _exceptions)
            {
                json.WriteStringValue(text);
            }
            json.WriteEndArray();
        });
    }
}
