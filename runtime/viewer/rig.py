"""One body in the browser: 22 nested frames, and the pieces of its skins fixed to them.

A new pose costs one position and the rotations that changed, whatever the body looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS_M
from runtime.viewer import axes, skins
from runtime.viewer.skins import Piece

Array = NDArray[Any]
MANNEQUIN, CAPSULES, NOTHING = "mannequin", "capsules", "none"
_BONE = (38, 50, 70)
_SAME = 1e-5  # rotations nearer than this are not sent again


@lru_cache
def available_skins() -> dict[str, Callable[[], list[Piece]]]:
    """The skins this installation can show, the nicest first."""
    found: dict[str, Callable[[], list[Piece]]] = {CAPSULES: lru_cache(skins.capsules), NOTHING: list}
    try:
        import mannequin  # noqa: F401 - only whether it is there
    except ImportError:
        return found
    return {MANNEQUIN: lru_cache(skins.mannequin), **found}


class Rig:
    """A body below the scene node ``name``. ``opacity`` below 1 makes a ghost."""

    def __init__(
        self, scene: Any, name: str, skin: str, skeleton: bool, opacity: float | None = None
    ) -> None:
        self._scene, self._name, self._opacity = scene, name, opacity
        self._root = scene.add_frame(name, show_axes=False)
        self._frames = [
            scene.add_frame(self._path(j), show_axes=False, position=axes.point(REST_OFFSETS_M[j]))
            for j in range(JOINT_COUNT)
        ]
        self._shown = np.full((JOINT_COUNT, 4), np.nan)
        self._skin, self._pieces = NOTHING, list[Any]()
        self._bones = [self._add_bone(j) for j in range(1, JOINT_COUNT)]
        self.skeleton = skeleton
        self.skin = skin

    def _path(self, joint: int) -> str:
        parts = [JOINT_NAMES[joint]]
        while (joint := PARENTS[joint]) >= 0:
            parts.append(JOINT_NAMES[joint])
        return "/".join([self._name, *reversed(parts)])

    def _add_bone(self, child: int) -> Any:
        ends = np.stack([np.zeros(3), REST_OFFSETS_M[child]])[None]
        return self._scene.add_line_segments(
            f"{self._path(PARENTS[child])}/bone_{child}", ends.astype(np.float32), _BONE, thickness=0.016
        )

    def show(self, root_m: Array, local_rotations_xyzw: Array) -> None:
        """Take a pose: ``root_m (3,)`` metres and ``local_rotations_xyzw (22, 4)``."""
        self._frames[0].position = axes.point(root_m)
        turns = axes.wxyz(local_rotations_xyzw)
        for joint in np.flatnonzero(~(np.abs(turns - self._shown).max(axis=-1) < _SAME)).tolist():
            self._frames[joint].wxyz = turns[joint]
            self._shown[joint] = turns[joint]

    @property
    def visible(self) -> bool:
        """Whether anything of it is drawn."""
        return bool(self._root.visible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self._root.visible = value

    @property
    def skeleton(self) -> bool:
        """Whether its bones are drawn as lines."""
        return bool(self._bones[0].visible)

    @skeleton.setter
    def skeleton(self, value: bool) -> None:
        for bone in self._bones:
            bone.visible = value

    @property
    def skin(self) -> str:
        """Name of the skin, one of ``available_skins``."""
        return self._skin

    @skin.setter
    def skin(self, name: str) -> None:
        if name == self._skin:
            return
        for piece in self._pieces:
            piece.remove()
        self._skin = name
        self._pieces = [self._add_piece(i, piece) for i, piece in enumerate(available_skins()[name]())]

    def _add_piece(self, number: int, piece: Piece) -> Any:
        return self._scene.add_mesh_simple(
            f"{self._path(piece.joint)}/{self._skin}_{number}",
            piece.vertices_m,
            piece.faces,
            color=tuple(round(255 * c) for c in piece.colour),
            opacity=self._opacity,
            cast_shadow=self._opacity is None,
            receive_shadow=False,
        )

    def remove(self) -> None:
        """Take the body out of the scene."""
        self._root.remove()
