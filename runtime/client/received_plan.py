"""A plan as a client remembers it."""

from __future__ import annotations

from dataclasses import dataclass

from lamp.intent import Shortfall, TargetReport
from runtime import convert, convert_intents
from runtime.pb.v1 import drive_pb2


@dataclass
class ReceivedPlan:
    """What the server said about a plan, and how smoothly it joined what was buffered.

    The two jumps compare the new motion with the one buffered before, at the first frame where a joint differs by more
    than a millimetre: the largest distance over all joints, and the largest change of velocity from the frame before to
    it. Zero if nothing differs in the first moments, None while not known: nothing was buffered there, or the frames
    have not come yet.
    """

    plan_id: int
    scene_revision: int
    start_frame: int
    end_frame: int
    terms: dict[str, float]
    feasible: bool
    reason: str
    settled: bool
    steps: int
    optimise_s: float
    received_s: float  # time.monotonic()
    latency_s: float | None = None  # since this client sent scene_revision; None for plans nobody asked for
    splice_position_jump_m: float | None = None
    splice_velocity_jump_mps: float | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    targets: tuple[TargetReport, ...] = ()

    @classmethod
    def of(cls, plan: drive_pb2.Plan, received_s: float, latency_s: float | None = None) -> ReceivedPlan:
        """From the message."""
        return cls(
            plan.plan_id, plan.scene_revision, plan.start_frame, plan.end_frame, convert.terms_from(plan.terms),
            plan.feasible, plan.reason, plan.settled, plan.steps, plan.optimise_s, received_s, latency_s,
            shortfalls=convert_intents.shortfalls_from(plan.shortfalls),
            targets=convert_intents.target_reports_from(plan.targets),
        )  # fmt: skip
