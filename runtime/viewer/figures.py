"""The figures of this moment as text."""

from __future__ import annotations

import math

from runtime.viewer import character as state
from runtime.viewer.character import Character
from runtime.viewer.live import Live

_MARKS = {state.LIVE: "● live", state.CONNECTING: "◌ connecting", state.LOST: "✕ connection lost, trying again",
          state.STOPPED: "■ stopped"}  # fmt: skip


def status_text(character: Character, server: str) -> str:
    """One paragraph: is there a session, where, and what went wrong. ``server`` names and describes the server."""
    going = ""
    if character.session is not None and character.session.going_away is not None:
        going = f"\n\nThe server is about to stop: {character.session.going_away.reason}"
    trouble = f"\n\n{character.trouble}" if character.trouble else ""
    return f"**{_MARKS[character.status]}**  ·  {server}{going}{trouble}"


def figures_text(live: Live) -> str:
    """A table in Markdown: plan, latency, penetration, targets, buffer."""
    character = live.character
    rows = [*_plan_rows(character), ("Penetration", _penetration(live.depths_m))]
    rows += [
        (
            f"To {joint.replace('_', ' ')} target",
            f"{100 * error:.1f} cm now{_planned_error(character, joint)}",
        )
        for joint, error in live.target_errors_m().items()
    ]
    rows.append(("Frames ahead", f"{_seconds(character.ahead_s)}, {character.clock.stalls} stalls"))
    rows.append(("Session time", f"{character.clock.now_s:.1f} s"))
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    notice = _last_notice(character)
    return f"| now | |\n|---|---|\n{table}" + (f"\n\n*{notice}*" if notice else "")


def _plan_rows(character: Character) -> list[tuple[str, str]]:
    plan = character.plan
    if plan is None:
        return [("Plan", "none yet")]
    verdict = "feasible" if plan.feasible else f"**not feasible**: {plan.reason}"
    latency = character.latency_s
    return [
        ("Plan", f"{plan.plan_id}{', settled' if plan.settled else ''}; {verdict}"),
        ("First answer", "-" if latency is None else f"{latency:.2f} s after the last change"),
        ("Optimised", f"{plan.optimise_s:.2f} s, {plan.steps} steps"),
    ]


def _planned_error(character: Character, joint: str) -> str:
    """What the newest plan says about a target."""
    reports = character.plan.targets if character.plan is not None else ()
    found = [r.error_m for r in reports if r.id == joint]
    return f", {100 * found[0]:.1f} cm planned" if found else ""


def _penetration(depths_m: dict[str, float]) -> str:
    if not depths_m:
        return "no obstacles"
    id, depth_m = max(depths_m.items(), key=lambda item: item[1])
    return "none" if depth_m <= 0 else f"{100 * depth_m:.1f} cm into {id}"


def _seconds(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1f} s"


def _last_notice(character: Character) -> str:
    notices = character.session.notices if character.session is not None else None
    return notices[-1].message if notices else ""
