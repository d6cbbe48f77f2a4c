"""What is in a recording, as text for a person."""

from __future__ import annotations

from collections import Counter
from typing import Any

from runtime.recording.events import Began, Called, Event, JobDropped, Published
from runtime.recording.reader import Recording

_COLUMNS = ("plan", "at s", "session s", "revision", "from s", "to s", "steps", "feasible", "reason")


def summary(recording: Recording, *, plans: bool = False) -> str:
    """A few lines; with ``plans`` a table of every plan as well. ``RecordingError``: it makes no sense."""
    counts: Counter[str] = Counter()
    published: list[Published] = []
    prompts: list[str] = []
    last: Event | None = None
    for event in recording.events():
        counts[event.kind] += 1
        last = event
        if isinstance(event, Published):
            published.append(event)
        elif isinstance(event, Began):
            prompts.append(event.start.prompt)
        elif isinstance(event, Called) and event.method == "set_prompt" and event.arguments:
            prompts.append(str(event.arguments[0]))
    header, made = recording.header, recording.header.provenance
    time_s, session_s = (last.time_s, last.session_s) if last else (0.0, 0.0)
    feasible = sum(bool(p.plan.get("feasible")) for p in published)
    rows = {
        "file": f"{recording.path}, {recording.path.stat().st_size / 1024:.0f} KiB",
        "recorded": f"{header.created}, session {header.session}, lamp {header.server_version}",
        "planned by": ", ".join(made.get(n, "-") for n in ("bundle", "engine", "device", "processor")),
        "length": f"{time_s:.2f} s by the clock, to session time {session_s:.2f} s",
        "messages": f"{counts['received']} received, {counts['sent']} sent",
        "plans": f"{len(published)}, {feasible} feasible; {counts[JobDropped.kind]} jobs dropped",
        "prompts": "; ".join(dict.fromkeys(prompts)),
        "end": recording.end_reason or "cut off: the server did not close it",
    }
    if recording.tail.kind != "whole":
        rows["damage"] = recording.tail.message
    lines = [f"{name:<11} {value}" for name, value in rows.items()]
    return "\n".join([*lines, *(_table(published) if plans else [])])


def _table(published: list[Published]) -> list[str]:
    cells = [list(_COLUMNS), *(_row(p) for p in published)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(_COLUMNS))]
    return ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]


def _row(event: Published) -> list[str]:
    plan = event.plan

    def number(name: str, form: str) -> str:
        value: Any = plan.get(name)
        return format(value, form) if isinstance(value, int | float) else "-"

    return [
        str(event.plan_id), f"{event.time_s:.3f}", f"{event.session_s:.3f}", number("scene_revision", "d"),
        number("start_s", ".2f"), number("end_s", ".2f"), number("steps", "d"),
        "yes" if plan.get("feasible") else "no", str(plan.get("reason", "")),
    ]  # fmt: skip
