"""A recording as a film. Needs the extra ``viz``."""

from __future__ import annotations

from pathlib import Path

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.recording.playback import Playback

_LINGER_S = 1.0  # targets are drawn for so long after their time


def draw(playback: Playback, out: Path) -> None:
    """Draw what was shown, with the prompt, obstacles and targets of each moment, into a ``.gif`` or ``.mp4``."""
    from lamp.render import render_motion

    def obstacles(time_s: float) -> list[Obstacle]:
        return [o for o in playback.scene(time_s).obstacles.values() if o.grid is None]  # not drawn yet

    def targets(time_s: float) -> list[Target]:
        wanted = playback.scene(time_s).targets.values()
        return [t for t in wanted if t.arrive_s is None or time_s <= t.arrive_s + t.hold_s + _LINGER_S]

    def caption(time_s: float) -> str:
        return playback.scene(playback.start_s + time_s).prompt

    shown = playback.motion[: playback.index(playback.shown_until_s) + 1]
    render_motion(
        out, shown, obstacles=obstacles, targets=targets, caption=caption, title="recording", clock=True,
        start_s=playback.start_s,
    )  # fmt: skip
