#nullable enable
using System.Collections.Generic;

namespace Lamp.Conformance
{
    /// <summary>Takes a session's events up and tells them.</summary>
    internal sealed class SessionTeller
    {
        private readonly Events _events;
        private readonly LampSession _session;
        private int _streams;

        public SessionTeller(Events events, LampSession session)
        {
            _events = events;
            _session = session;
        }

        public List<double> ReconnectS { get; } = new List<double>();

        public void Take()
        {
            while (_session.Events.TryTake(out LampEvent happened))
            {
                Tell(happened);
            }
        }

        private void Tell(LampEvent happened)
        {
            switch (happened.Kind)
            {
                case LampEventKind.Connected:
                    Welcome();
                    break;
                case LampEventKind.Resumed:
                case LampEventKind.Restarted:
                    _streams++;
                    Welcome();
                    Reconnected();
                    break;
                case LampEventKind.Lost:
                    Lost(happened.Message);
                    break;
                case LampEventKind.GoingAway:
                    GoingAway(happened.Message);
                    break;
                case LampEventKind.Plan:
                    Plan(happened.Plan!);
                    break;
                case LampEventKind.Notice:
                    _events.Error(Events.NoticeCode(happened.NoticeCode), happened.Message, false);
                    break;
                case LampEventKind.Refused:
                    _events.Error(Events.NoticeCode(happened.NoticeCode), $"{happened.ObjectId}: {happened.Message}", false);
                    break;
                case LampEventKind.BadFrame:
                    _events.Error("INTERNAL", happened.Message, false);
                    break;
            }
        }

        private void Welcome()
        {
            WelcomeInfo welcome = _session.Welcome!;
            _events.Say("welcome", json =>
            {
                json.WriteBoolean("resumed", welcome.Resumed);
                json.WriteNumber("start_time_s", welcome.StartTimeS);
                json.WriteNumber("scene_revision", welcome.SceneRevision);
                json.WriteString("skeleton_hash", welcome.Skeleton.Hash);
                json.WriteNumber("reconnect", _streams);
            });
        }

        private void Reconnected()
        {
            double seconds = _session.Statistics.LastReconnectS;
            ReconnectS.Add(seconds);
            _events.Say("reconnected", json =>
            {
                json.WriteNumber("lost_s", seconds);
                json.WriteBoolean("resumed", _session.Welcome!.Resumed);
            });
        }

        private void Lost(string message) => _events.Say("lost", json =>
        {
            json.WriteString("code", message.Split(':')[0].ToUpperInvariant());
            json.WriteString("message", message);
        });

        private void GoingAway(string reason) => _events.Say("going_away", json =>
        {
            json.WriteString("reason", reason);
            json.WriteNumber("grace_s", double.IsNaN(_session.ServerStopsInS) ? 0.0 : _session.ServerStopsInS);
        });

        private void Plan(PlanReport plan) => _events.Say("plan", json =>
        {
            json.WriteNumber("plan_id", plan.PlanId);
            json.WriteNumber("scene_revision", plan.SceneRevision);
            json.WriteNumber("start_frame", plan.StartFrame);
            json.WriteNumber("end_frame", plan.EndFrame);
            json.WriteBoolean("feasible", plan.Feasible);
            json.WriteBoolean("settled", plan.Settled);
            json.WriteString("reason", plan.Reason);
            json.WriteStartArray("targets");
            foreach (TargetOutcome outcome in plan.Targets)
            {
                json.WriteStartObject();
                json.WriteString("id", outcome.Id);
                json.WriteNumber("error_m", outcome.ErrorM);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }
}
