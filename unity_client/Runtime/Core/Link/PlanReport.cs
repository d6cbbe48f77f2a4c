#nullable enable
using System;

namespace Lamp
{
    /// <summary>One term of the objective in its natural unit.</summary>
    public readonly struct PlanTerm
    {
        public readonly string Name;
        public readonly double Value;
        public readonly string Unit;

        public PlanTerm(string name, double value, string unit)
        {
            Name = name;
            Value = value;
            Unit = unit;
        }
    }

    /// <summary>How near a plan comes to one target, metres, and when, session time.</summary>
    public readonly struct TargetOutcome
    {
        public readonly string Id;
        public readonly float ErrorM;
        public readonly double ArriveS;

        public TargetOutcome(string id, float errorM, double arriveS)
        {
            Id = id;
            ErrorM = errorM;
            ArriveS = arriveS;
        }
    }

    /// <summary>What the server said about a plan. Does not change.</summary>
    public sealed class PlanReport
    {
        public ulong PlanId { get; set; }

        /// <summary>The newest change of scene or prompt this plan knows.</summary>
        public ulong SceneRevision { get; set; }

        /// <summary>First frame that changed, and one past the last frame planned.</summary>
        public long StartFrame { get; set; }

        public long EndFrame { get; set; }

        /// <summary>Whether everything asked for is met, and if not, why.</summary>
        public bool Feasible { get; set; }

        public string Reason { get; set; } = string.Empty;

        /// <summary>No better plan for this revision will follow.</summary>
        public bool Settled { get; set; }

        public uint Steps { get; set; }

        public double OptimiseS { get; set; }

        public PlanTerm[] Terms { get; set; } = Array.Empty<PlanTerm>();

        public TargetOutcome[] Targets { get; set; } = Array.Empty<TargetOutcome>();
    }
}
