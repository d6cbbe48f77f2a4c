"""One character on the page: its body, the ghost of where it will be, and its path."""

from __future__ import annotations

from typing import Any

from runtime.client import Pose
from runtime.viewer.character import Character
from runtime.viewer.path_lines import PathLines
from runtime.viewer.rig import CAPSULES, Rig, available_skins
from runtime.viewer.web import WORLD

GHOST_AHEAD_S = 1.5
_PATH_S = 0.5


class Puppet:
    """Draws a ``Character``; the switches of the view are its attributes."""

    def __init__(self, scene: Any, character: Character) -> None:
        self.character = character
        self._scene, self._node = scene, f"{WORLD}/{character.name}"
        self.body = Rig(scene, self._node, next(iter(available_skins())), skeleton=False)
        self.body.visible = False  # until there is a pose
        self.path = PathLines(scene, f"{character.name}_path")
        self._ghost: Rig | None = None
        self.show_ghost = False
        self._drawn = (0, 0.0, True)  # plan, session time and switch of the path on the page

    def show(self, pose: Pose) -> None:
        """Take the pose of this moment."""
        if not self.body.visible:
            self.body.visible = True
        self.body.show(pose.positions_m[0], pose.local_rotations_xyzw)
        self._show_ghost()

    def _show_ghost(self) -> None:
        session = self.character.session
        wanted = self.show_ghost and session is not None
        if not wanted or session is None:
            if self._ghost is not None:
                self._ghost.remove()
                self._ghost = None
            return
        if self._ghost is None:
            self._ghost = Rig(self._scene, f"{self._node}_ghost", CAPSULES, skeleton=True, opacity=0.25)
        until_s = session.last_frame_index / session.welcome.fps
        ahead = session.sample(min(self.character.clock.now_s + GHOST_AHEAD_S, until_s))
        if ahead is not None:
            self._ghost.show(ahead.positions_m[0], ahead.local_rotations_xyzw)

    def show_path(self) -> None:
        """Draw the path, if there is a new plan or half a second passed: new lines cost a browser more than poses."""
        plan, now_s = self.character.plan, self.character.clock.now_s
        id, drawn_s, visible = self._drawn
        current = plan is not None and plan.plan_id == id and abs(now_s - drawn_s) < _PATH_S
        if current and visible == self.path.visible:
            return
        self._drawn = (plan.plan_id if plan else 0, now_s, self.path.visible)
        self.path.update(*self.character.planned_path(), feasible=plan is None or plan.feasible)
