"""How a live character plans."""

from __future__ import annotations

from dataclasses import dataclass, field

from lamp.problem import Weights


@dataclass(frozen=True)
class LiveSettings:
    """Times in seconds. Every default was chosen on a CPU; see docs/architecture.md for what each step does."""

    prefix_frames: int = 20  # most frames of the past the prior sees; a multiple of 4
    lead_s: float = 0.40  # frames nearer to the playhead than this stay as they are
    first_budget_s: float = 0.30  # time to the first plan after a change
    improve_budget_s: float = 0.3  # of each further improvement; short, so that only near frames get fixed
    improve_attempts: int = 12
    polish_attempts: int = (
        1  # improvements of a plan that already meets every demand: cleaner feet, less jitter
    )
    refill_s: float = 1.8  # plan on when less than this is left
    extend_budget_s: float = 0.7
    splice_frames: int = 10  # frames over which what is left of the old pose decays
    rate: float = 0.15  # peak step size in noise space
    schedule_steps: int = (
        60  # the learning-rate schedule is laid out for so many, over all improvements of a change
    )
    most_steps: int = 120
    least_steps: int = 6  # of a plan: where steps take long, budgets grow until so many fit
    most_budget_s: float = 1.0  # but never beyond this
    keep_past_s: float = 10.0
    stay: float = 0.1  # how strongly the pelvis keeps to the old path when only obstacles changed
    go_around: float = (
        0.3  # the same for a path bent around what blocks it; a search that is stuck is told of it
    )
    patience: int = 3  # improvements before it is
    stuck_m: float = 0.05  # and how deep its plan still is in something then
    most_clearance_m: float = 0.12  # beyond the skin, where what is shown gets nearer than what was searched
    walk_speed_mps: float = 1.1  # assumed when a target names no time
    top_speed_mps: float = 3.5  # a target that needs more is too far away
    penetration_ok_m: float = 0.01
    target_ok_m: float = 0.05
    waypoint_ok_m: float = 0.30
    target_goal_m: float = 0.02  # a feasible plan is still improved until its targets are met this well
    plant_feet: bool = True
    idle_prompt: str = "a person stands"  # when there is no prompt and nothing left to do
    walk_prompt: str = "a person walks forward"  # when there is no prompt, but a way to go
    weights: Weights = field(default_factory=lambda: Weights(key=2.0, look=0.5, smooth=5e-5, start=0.02))
