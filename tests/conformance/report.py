"""What the suite found, as a table for people and as numbers for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass
class Outcome:
    """One scenario with one client. reason: why it failed or was skipped."""

    scenario: str
    outcome: str
    seconds: float = 0.0
    reason: str = ""


@dataclass
class ClientReport:
    """allocations_per_frame: bytes on the game's thread, the most of all scenarios; None where it cannot be told.

    reconnect_s: the longest from a server being there (again) to its welcome; lost_s: from noticing the loss to that.
    velocity_change_mps: the most that a root's velocity changed between two frames shown.
    """

    client: str
    outcomes: list[Outcome] = field(default_factory=list)
    allocations_per_frame: float | None = None
    receive_allocations_per_message: float | None = None
    reconnect_s: float | None = None
    lost_s: float | None = None
    max_buffer_frames: int = 0
    frames_sampled: int = 0
    frames_held: int = 0
    max_step_m: float = 0.0
    velocity_change_mps: float = 0.0
    golden_vectors: int = 0
    codec_messages: int = 0
    codec_differences: int = 0
    codec_disputed: int = 0

    def count(self, outcome: str) -> int:
        """How many scenarios ended so."""
        return sum(one.outcome == outcome for one in self.outcomes)

    def heard(self, done: dict[str, Any]) -> None:
        """Take over what a program said at its end, or what was measured of a reconnection."""
        if done["event"] == "back":
            self.reconnect_s = max(self.reconnect_s or 0.0, done["took_s"])
            return
        if done["event"] == "smooth":
            self.velocity_change_mps = max(self.velocity_change_mps, done["velocity_change_mps"])
            return
        for name in ("allocations_per_frame", "receive_allocations_per_message"):
            if done.get(name) is not None:
                setattr(self, name, max(getattr(self, name) or 0.0, float(done[name])))
        if done["reconnect_s"]:
            self.lost_s = max(self.lost_s or 0.0, *done["reconnect_s"])
        self.frames_sampled += done["frames_sampled"]
        self.frames_held += done["frames_held"]
        self.max_buffer_frames = max(self.max_buffer_frames, done["max_buffer_frames"])
        self.max_step_m = max(self.max_step_m, done["max_step_m"])

    def numbers(self) -> dict[str, Any]:
        """For ``out/conformance.json``."""
        counts = {outcome: self.count(outcome) for outcome in (PASSED, FAILED, SKIPPED)}
        values = asdict(self)
        return {**counts, **{k: v for k, v in values.items() if k not in ("client", "outcomes")},
                "scenarios": values["outcomes"]}  # fmt: skip


def write(path: Path, reports: Sequence[ClientReport], about: dict[str, Any]) -> None:
    """The numbers of all clients, and how they were found."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {**about, "clients": {report.client: report.numbers() for report in reports}}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf8")


def table(reports: Sequence[ClientReport]) -> str:
    """Scenarios down, clients across, then the figures, then why anything failed or was skipped."""
    names = list(dict.fromkeys(one.scenario for report in reports for one in report.outcomes))
    marks: dict[tuple[str, str], Outcome] = {(r.client, o.scenario): o for r in reports for o in r.outcomes}
    rows = [["", *(report.client for report in reports)]]
    for name in names:
        found = [marks.get((report.client, name)) for report in reports]
        rows.append([name, *("-" if o is None else f"{o.outcome} {o.seconds:.0f} s" for o in found)])
    rows.append([""] * (len(reports) + 1))
    for label, value in (
        ("passed", lambda r: r.count(PASSED)), ("failed", lambda r: r.count(FAILED)),
        ("skipped", lambda r: r.count(SKIPPED)), ("golden vectors", lambda r: r.golden_vectors),
        ("codec messages", lambda r: r.codec_messages), ("codec differences", lambda r: r.codec_differences),
        ("disputed within protobuf", lambda r: r.codec_disputed),
        ("bytes allocated per frame", lambda r: _shown(r.allocations_per_frame)),
        ("bytes per message received", lambda r: _shown(r.receive_allocations_per_message)),
        ("longest reconnect, s", lambda r: _shown(r.reconnect_s)),
        ("longest loss, s", lambda r: _shown(r.lost_s)),
        ("most frames buffered", lambda r: r.max_buffer_frames),
        ("frames sampled / held", lambda r: f"{r.frames_sampled} / {r.frames_held}"),
        ("largest step, m", lambda r: _shown(r.max_step_m)),
        ("largest velocity change, m/s", lambda r: _shown(r.velocity_change_mps)),
    ):  # fmt: skip
        rows.append([label, *(str(value(report)) for report in reports)])
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines += [
        f"{report.client} {one.scenario} {one.outcome}: {one.reason}"
        for report in reports for one in report.outcomes if one.reason
    ]  # fmt: skip
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
