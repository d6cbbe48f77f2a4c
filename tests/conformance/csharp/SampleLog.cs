#nullable enable
using System;
using System.Collections.Generic;

namespace Lamp.Conformance
{
    /// <summary>What was shown, kept in memory until the end.</summary>
    internal sealed class SampleLog
    {
        private readonly List<Sample> _samples;
        private readonly Float3[] _joints = new Float3[64];
        private readonly Float3[] _before = new Float3[64];
        private readonly Rotation[] _turns = new Rotation[64];

        public SampleLog(double seconds)
        {
            _samples = new List<Sample>((int)Math.Min(Math.Max(seconds, 10.0) * 75.0, 80_000.0));
        }

        public int Count => _samples.Count;

        public int Held { get; private set; }

        public int MostBuffered { get; private set; }

        public double MostStep { get; private set; }

        public void Add(SkeletonInfo skeleton, Pose pose, double timeS, bool held, int buffered)
        {
            skeleton.ForwardKinematics(pose, _joints, _turns);
            float step = 0f;
            for (int j = 0; j < skeleton.Count && _samples.Count > 0; j++)
            {
                step = MathF.Max(step, Float3.Distance(_joints[j], _before[j]));
            }
            Array.Copy(_joints, _before, skeleton.Count);
            Held += held ? 1 : 0;
            MostBuffered = Math.Max(MostBuffered, buffered);
            MostStep = Math.Max(MostStep, step);
            _samples.Add(new Sample
            {
                T = Events.Now,
                TimeS = timeS,
                Frame = pose.Index,
                PlanId = pose.PlanId,
                Held = held,
                Root = _joints[0],
                Wrist = _joints[skeleton.IndexOf("left_wrist")],
                Step = step,
            });
        }

        public void Tell(Events events)
        {
            foreach (Sample sample in _samples)
            {
                events.Say("sample", sample.T, json =>
                {
                    json.WriteNumber("time_s", sample.TimeS);
                    json.WriteNumber("frame", sample.Frame);
                    json.WriteNumber("plan_id", sample.PlanId);
                    json.WriteBoolean("held", sample.Held);
                    Events.Vector(json, "root", sample.Root);
                    Events.Vector(json, "wrist", sample.Wrist);
                    json.WriteNumber("step_m", sample.Step);
                });
            }
        }

        private struct Sample
        {
            public double T;
            public double TimeS;
            public long Frame;
            public ulong PlanId;
            public bool Held;
            public Float3 Root;
            public Float3 Wrist;
            public float Step;
        }
    }
}
