"""Motions as films and contact sheets: camera work, text, and files of small size. Needs Pillow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from lamp.errors import InputError
from lamp.render.body import Palette
from lamp.render.camera import Camera, fit, follow, front_yaw
from lamp.render.files import write_gif, write_mp4, write_png
from lamp.render.frame import Picture, render_frame
from lamp.render.shapes import Array
from lamp.render.text import label

STROBE_POSES = 6
PALETTES = (
    Palette(),
    Palette(left=(0.42, 0.36, 0.72), right=(0.90, 0.66, 0.20)),
    Palette(left=(0.25, 0.55, 0.30)),
)
Timed = Callable[[float], Any]


@dataclass(frozen=True)
class Film:
    """What to draw beside the body, and how. Every field may stay as it is.

    ``obstacles``, ``targets`` and ``caption`` are constant values or functions of the time in seconds. ``camera``:
    "follow" glides along, "fit" stands still and sees the whole path, a :class:`Camera` is used as it is.
    ``ghosts`` earlier poses, ``ghost_step_s`` apart, are drawn faintly; ``trail`` dots the path on the floor.
    ``start_s`` is the session time of the first frame: where moving obstacles are taken from.
    """

    obstacles: Sequence[Any] | Timed = ()
    targets: Sequence[Any] | Timed = ()
    title: str = ""
    caption: str | Callable[[float], str] = ""
    camera: str | Camera = "follow"
    yaw_rad: float | None = None
    distance_m: float = 4.7
    size: tuple[int, int] = (480, 360)
    ghosts: int = 0
    ghost_step_s: float = 0.45
    trail: bool = True
    clock: bool = False
    start_s: float = 0.0


def _with(film: Film, settings: dict[str, Any]) -> Film:
    """The film with some fields replaced; raises ``InputError`` for a name that is no field."""
    known = [f.name for f in fields(Film)]
    for name in settings:
        if name not in known:
            raise InputError(name, f"is no setting of a film; use {', '.join(known)}")
    return replace(film, **settings)


def _at(value: Any, time_s: float) -> Any:
    return value(time_s) if callable(value) else value


def positions_of(motion: Any, motion_fps: float = 20.0) -> tuple[Array, float]:
    """Bodies ``(N, T, 22, 3)`` and frame rate of a ``Motion``, an array ``(T, 22, 3)``, or a list of either."""
    if isinstance(motion, list | tuple):
        bodies, rates = zip(*(positions_of(m, motion_fps) for m in motion), strict=True)
        frames = min(b.shape[1] for b in bodies)
        return np.concatenate([b[:, :frames] for b in bodies]), rates[0]
    positions = np.asarray(getattr(motion, "positions_m", motion), np.float32)
    if positions.ndim != 3 or positions.shape[1:] != (22, 3) or not len(positions):
        raise InputError(
            "motion", f"has shape {positions.shape}; give a Motion or positions (T, 22, 3) in metres"
        )
    return positions[None], float(getattr(motion, "fps", motion_fps))


def render_frames(
    motion: Any, film: Film | None = None, *, fps: float = 10.0, motion_fps: float = 20.0
) -> Iterator[Picture]:
    """Pictures ``(H, W, 3)`` uint8, ``fps`` of them per second of motion; see :func:`render_motion`."""
    film = film or Film()
    if not 0 < fps <= 240:
        raise InputError("fps", f"{fps} is outside 0..240 frames per second")
    bodies, rate = positions_of(motion, motion_fps)
    duration_s = (bodies.shape[1] - 1) / rate
    times = np.arange(int(np.floor(duration_s * fps + 1e-6)) + 1) / fps
    poses = at_times(bodies, rate, times)
    cameras = _cameras(film, poses, fps)
    for i, time_s in enumerate(times):
        yield _one(film, poses, cameras[i], i, float(time_s), fps)


def at_times(bodies: Array, rate: float, times_s: Array) -> Array:
    """Poses ``(N, len(times), 22, 3)`` between the frames of ``(N, T, 22, 3)``, linearly."""
    place = np.clip(np.asarray(times_s) * rate, 0, bodies.shape[1] - 1)
    low = np.minimum(place.astype(int), max(bodies.shape[1] - 2, 0))
    high = np.minimum(low + 1, bodies.shape[1] - 1)
    share = (place - low).astype(np.float32)[None, :, None, None]
    between: Array = bodies[:, low] * (1 - share) + bodies[:, high] * share
    return between


def _cameras(film: Film, poses: Array, fps: float) -> list[Camera]:
    frames = poses.shape[1]
    if isinstance(film.camera, Camera):
        return [film.camera] * frames
    yaw = front_yaw(poses) + 0.7 if film.yaw_rad is None else film.yaw_rad
    if film.camera == "fit":
        camera = fit(_surroundings(poses), yaw_rad=yaw, aspect=film.size[0] / film.size[1])
        return [camera] * frames
    if film.camera == "follow":
        return follow(poses.mean(axis=0), fps, yaw_rad=yaw, distance_m=film.distance_m)
    raise InputError("camera", f'{film.camera!r} is unknown; use "follow", "fit" or a Camera')


def _surroundings(poses: Array) -> Array:
    """Body points with the floor below and a little room above the head."""
    points = poses.reshape(-1, 3)
    return np.concatenate([points * [1, 0, 1], points + [0, 0.25, 0]])


def _one(film: Film, poses: Array, camera: Camera, i: int, time_s: float, fps: float) -> Picture:
    session_s = film.start_s + time_s
    step = max(round(film.ghost_step_s * fps), 1)
    earlier = [i - step * k for k in range(film.ghosts, 0, -1) if i - step * k >= 0]
    picture = render_frame(
        poses[:, i], _at(film.obstacles, session_s), _at(film.targets, session_s), camera, film.size,
        time_s=session_s, ghosts=[pose for k in earlier for pose in poses[:, k]],
        trail_m=_trail(poses, i, fps) if film.trail else None, palette=PALETTES,
    )  # fmt: skip
    clock = f"{session_s:.1f} s" if film.clock else ""
    return label(picture, title=film.title, caption=str(_at(film.caption, time_s)), corner=clock)


def _trail(poses: Array, i: int, fps: float) -> Array:
    """Where the first body's pelvis was, every 0.4 s of the last 6 s, without the present place."""
    step = max(round(0.4 * fps), 1)
    first = max(i % step, (i - round(6 * fps)) // step * step + i % step)
    return np.asarray(poses[0, first:i:step, 0])


def render_motion(
    path: str | Path, motion: Any, *, fps: float = 10.0, motion_fps: float = 20.0,
    film: Film | None = None, max_bytes: int = 6_000_000, **settings: Any,
) -> Path:  # fmt: skip
    """Write a film (``.gif``, ``.mp4``) or one picture with several poses (``.png``); returns the path.

    ``motion``: a ``Motion``, positions ``(T, 22, 3)`` at ``motion_fps``, or a list of them (several characters).
    ``settings`` are the fields of :class:`Film`: ``render_motion("walk.gif", m, obstacles=[...], title="walk")``.
    A GIF uses as many colours as ``max_bytes`` allows. MP4 needs ``imageio-ffmpeg``.
    """
    target = Path(path)
    film = _with(film or Film(), settings)
    pictures = render_frames(motion, film, fps=fps, motion_fps=motion_fps)
    if target.suffix == ".gif":
        write_gif(target, list(pictures), fps, max_bytes)
    elif target.suffix == ".mp4":
        write_mp4(target, pictures, fps)
    elif target.suffix == ".png":
        write_png(target, strobe(motion, film, motion_fps=motion_fps))
    else:
        raise InputError("path", f"{target.name!r} ends in {target.suffix!r}; use .gif, .mp4 or .png")
    return target


def strobe(
    motion: Any, film: Film | None = None, *, poses: int = STROBE_POSES, motion_fps: float = 20.0
) -> Picture:
    """One picture ``(H, W, 3)`` with several moments of a motion side by side in space, the last one strongest."""
    film = film or Film(camera="fit", size=(960, 480))
    bodies, rate = positions_of(motion, motion_fps)
    times = np.linspace(0, (bodies.shape[1] - 1) / rate, poses)
    chosen = at_times(bodies, rate, times)
    aspect = film.size[0] / film.size[1]
    yaw = _broadside(bodies[0, :, 0], front_yaw(bodies)) if film.yaw_rad is None else film.yaw_rad
    around = _surroundings(bodies)
    camera = (
        film.camera
        if isinstance(film.camera, Camera)
        else fit(around, yaw_rad=yaw, aspect=aspect, pitch_rad=0.2)
    )
    fades = [_faded(0.62 * (1 - i / (poses - 1)) if poses > 1 else 0.0) for i in range(poses)]
    session_s = film.start_s + float(times[-1])
    picture = render_frame(
        chosen.swapaxes(0, 1).reshape(-1, 22, 3), _at(film.obstacles, session_s),
        _at(film.targets, session_s), camera, film.size, time_s=session_s,
        palette=[fade for fade in fades for _ in range(len(bodies))],
    )  # fmt: skip
    return label(picture, title=film.title, caption=str(_at(film.caption, float(times[-1]))))


def _broadside(path_m: Array, facing_yaw: float) -> float:
    """View direction across the path, from the side nearer to the front of the body."""
    travel = path_m[-1] - path_m[0]
    if np.hypot(travel[0], travel[2]) < 0.5:
        return facing_yaw + 0.5
    along = np.arctan2(travel[0], travel[2])
    return float(along + 1.15)


def _faded(share: float) -> Palette:
    """The usual colours mixed with the colour of the air."""
    usual = Palette()
    names = ("trunk", "left", "right", "joint", "face")
    air = np.array([0.88, 0.90, 0.93])
    mixed = {n: tuple((1 - share) * np.array(getattr(usual, n)) + share * air) for n in names}
    return Palette(**cast("dict[str, Any]", mixed))


def filmstrip(
    path: str | Path, motion: Any, n: int = 8, *, columns: int = 4, tile: tuple[int, int] = (300, 300),
    motion_fps: float = 20.0, film: Film | None = None, **settings: Any,
) -> Path:  # fmt: skip
    """Write a contact sheet (PNG) of ``n`` evenly spaced moments, each with its time; for looking things over."""
    if n < 1:
        raise InputError("n", f"{n} is below 1; ask for at least one picture")
    film = _with(film or Film(), {"size": tile, "clock": True, **settings})
    bodies, rate = positions_of(motion, motion_fps)
    duration_s = (bodies.shape[1] - 1) / rate
    times = np.linspace(0, duration_s, n)
    cameras = _cameras(film, bodies, rate)
    tiles = []
    for time_s in times:
        past = at_times(bodies, rate, np.arange(0, time_s + 1e-9, 0.1))
        now = np.concatenate([past, at_times(bodies, rate, np.array([time_s]))], axis=1)
        camera = cameras[round(time_s * rate)]
        tiles.append(_one(film, now, camera, now.shape[1] - 1, float(time_s), 10.0))
    columns = min(columns, n)
    rows = -(-n // columns)
    sheet = np.full((rows * (tile[1] + 4) - 4, columns * (tile[0] + 4) - 4, 3), 255, np.uint8)
    for i, picture in enumerate(tiles):
        y, x = i // columns * (tile[1] + 4), i % columns * (tile[0] + 4)
        sheet[y : y + tile[1], x : x + tile[0]] = picture
    write_png(Path(path), sheet)
    return Path(path)
