"""Things in the scene that a person can take hold of: by the thing itself, or by the gizmo of the selected one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from runtime.viewer import axes
from runtime.viewer.events import Events
from runtime.viewer.follow import Follow
from runtime.viewer.ground import ray_on_level
from runtime.viewer.solids import Mesh
from runtime.viewer.web import WORLD

Array = NDArray[Any]
Quaternion = tuple[float, float, float, float]
Colour = tuple[int, int, int]
UPRIGHT: Quaternion = (0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Look:
    """How a thing is drawn and handled. ``level``: dragged by hand it keeps its height; else it goes anywhere."""

    mesh: Mesh
    colour: Colour
    gizmo_m: float  # size of its gizmo
    opacity: float | None = None
    level: bool = True
    turns: bool = True  # its gizmo has rings
    label: str = ""
    flat: bool = False  # shaded triangle by triangle: meshes whose corners are shared


@dataclass
class _Thing:
    look: Look
    frame: Any
    mesh: Any
    position_m: Array
    orientation: Quaternion
    colour: Colour
    grab_m: Array | None = None  # from the grabbed point to the centre, while dragged
    grab_height_m: float = 0.0


OnMove = Callable[[str, Array, Quaternion, str], Any]  # key, metres, xyzw, phase: start, update or end
OnSelect = Callable[[str], None]


class Things:
    """All of them, by key. Lives on our event loop; ``on_move`` and ``on_select`` are what a person did."""

    def __init__(
        self, scene: Any, follow: Follow, events: Events, on_move: OnMove, on_select: OnSelect
    ) -> None:
        self._scene, self._follow, self._events = scene, follow, events
        self._on_move, self._on_select = on_move, on_select
        self._things: dict[str, _Thing] = {}
        self.selected: str | None = None
        self._gizmo: Any = None

    def __contains__(self, key: str) -> bool:
        return key in self._things

    def put(self, key: str, look: Look, position_m: ArrayLike, orientation: Quaternion = UPRIGHT) -> None:
        """Add a thing, or replace it."""
        was_selected = self.selected == key
        self.remove(key)
        name = f"{WORLD}/things/{key}"
        frame = self._scene.add_frame(
            name, show_axes=False, position=axes.point(position_m), wxyz=axes.wxyz(orientation)
        )
        mesh = self._scene.add_mesh_simple(
            f"{name}/surface", look.mesh.vertices_m, look.mesh.faces, color=look.colour, opacity=look.opacity,
            receive_shadow=False, flat_shading=look.flat,
        )  # fmt: skip
        if look.label:
            self._scene.add_label(f"{name}/label", look.label, position=(0.0, 0.12, 0.0))
        mesh.on_click(self._events.handler(lambda _: self._on_select(key)))
        mesh.on_drag("left")(self._events.handler(lambda event: self._hand(key, event)))
        self._things[key] = _Thing(look, frame, mesh, np.asarray(position_m), orientation, look.colour)
        if was_selected:
            self.select(key)

    def place(self, key: str, position_m: ArrayLike, orientation: Quaternion) -> None:
        """Move a thing, and the gizmo with it."""
        thing = self._things[key]
        thing.position_m, thing.orientation = np.asarray(position_m, np.float64), orientation
        thing.frame.position, thing.frame.wxyz = axes.point(position_m), axes.wxyz(orientation)
        if self.selected == key and self._gizmo is not None:
            self._gizmo.position, self._gizmo.wxyz = axes.point(position_m), axes.wxyz(orientation)

    def paint(self, key: str, colour: Colour | None) -> None:
        """Another colour for a while; None: its own again."""
        thing = self._things[key]
        wanted = colour or thing.look.colour
        if wanted != thing.colour:
            thing.colour = wanted
            thing.mesh.color = wanted

    def remove(self, key: str) -> None:
        """Take a thing away; unknown keys are no error."""
        thing = self._things.pop(key, None)
        if thing is not None:
            thing.frame.remove()
        if self.selected == key:
            self.select(None)

    def select(self, key: str | None) -> None:
        """Show the gizmo at this thing, or nowhere."""
        if self._gizmo is not None:
            self._gizmo.remove()
            self._gizmo = None
        self.selected = key
        if key is None:
            return
        thing = self._things[key]
        self._gizmo = self._scene.add_transform_controls(
            f"{WORLD}/gizmo",
            scale=thing.look.gizmo_m,
            disable_rotations=not thing.look.turns,
            depth_test=False,
            position=axes.point(thing.position_m),
            wxyz=axes.wxyz(thing.orientation),
        )
        self._gizmo.on_update(self._events.handler(lambda event: self._turned(key, event)))

    # -- what a person does ---------------------------------------------------------------------------------------

    def _turned(self, key: str, event: Any) -> Any:
        """The gizmo moved; returns what ``on_move`` does, which may be a coroutine."""
        thing = self._things.get(key)
        if thing is None or self.selected != key:
            return None
        thing.position_m = np.array(event.target.position, np.float64)
        thing.orientation = axes.xyzw(event.target.wxyz)
        thing.frame.position, thing.frame.wxyz = axes.point(thing.position_m), axes.wxyz(thing.orientation)
        return self._on_move(key, thing.position_m, thing.orientation, event.phase)

    def _hand(self, key: str, event: Any) -> Any:
        """The thing itself was dragged; returns as ``_turned``."""
        thing = self._things.get(key)
        if thing is None:
            return None
        if event.phase == "start":
            self._on_select(key)
            grabbed = self._follow.to_session(event.start_position)
            thing.grab_height_m, thing.grab_m = float(grabbed[1]), thing.position_m - grabbed
        place = self._under_pointer(thing, event)
        if place is not None and thing.grab_m is not None:
            self.place(key, place + thing.grab_m, thing.orientation)
        if event.phase == "end":
            thing.grab_m = None
        return self._on_move(key, thing.position_m, thing.orientation, event.phase)

    def _under_pointer(self, thing: _Thing, event: Any) -> Array | None:
        pointer = self._follow.to_session(event.end_position)
        if not thing.look.level:
            return pointer
        eye = self._follow.to_session(event.client.camera.position)
        return ray_on_level(eye, pointer - eye, thing.grab_height_m)
