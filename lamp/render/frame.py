"""One picture of one moment: mannequin, obstacles, targets, floor and shadows, in numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.render.body import Colour, Painted, Palette, mannequin
from lamp.render.camera import Camera, Perspective, front_yaw
from lamp.render.floor import Mark, backdrop
from lamp.render.light import Light, make_light, shade
from lamp.render.raster import Hits, Rays, cast
from lamp.render.shapes import Array, Box, Cylinder
from lamp.render.stage import TARGET_COLOUR, TARGET_RADIUS_M, obstacle_solids, target_points
from lamp.scene import Obstacle

Picture = NDArray[np.uint8]

DEFAULT_PALETTE = Palette()
SEE_THROUGH_ALPHA = 0.55  # of an obstacle in front of the body
PARTS_PER_BODY = len(mannequin(np.zeros((22, 3))))
GHOST_ALPHA = 0.5
GHOST_COLOUR: Colour = (0.40, 0.53, 0.76)
SUBSAMPLES = ((-0.375, -0.125), (0.125, -0.375), (0.375, 0.125), (-0.125, 0.375))
_LEVELS = 4096
_TO_SRGB = np.round(255 * (np.arange(_LEVELS + 1) / _LEVELS) ** (1 / 2.2)).astype(np.uint8)


@dataclass(frozen=True)
class _Scene:
    """Everything a ray may meet."""

    body: list[Painted]
    obstacles: list[Painted]
    plates: list[Painted]
    ghosts: list[Painted]
    ghost_alpha: NDArray[np.float32]
    targets_m: NDArray[np.float32]
    marks: list[Mark]
    light: Light
    camera: Camera


def render_frame(
    positions_m: Array,
    obstacles: Sequence[Obstacle] = (),
    targets: Sequence[Any] = (),
    camera: Camera | None = None,
    size: tuple[int, int] = (480, 360),
    *,
    time_s: float = 0.0,
    ghosts: Sequence[Array] = (),
    trail_m: Array | None = None,
    palette: Palette | Sequence[Palette] = DEFAULT_PALETTE,
) -> Picture:
    """Draw joints ``(22, 3)`` (or several bodies, ``(N, 22, 3)``) -> ``(H, W, 3)`` uint8 sRGB.

    ``obstacles`` stand where they are at ``time_s``; ``targets`` are ``Target`` objects or positions;
    ``ghosts`` are earlier poses ``(22, 3)``, oldest first, drawn fainter with age; ``trail_m (M, 3)`` paints
    dots on the floor; ``palette`` is one for all bodies, or one per body in turn. ``size`` is (width, height)
    in pixels. Errors: ``InputError`` for wrong shapes or sizes.
    """
    bodies = _check_bodies(positions_m)
    width, height = _check_size(size)
    camera = camera or Camera.around(bodies[0, 0] * [1, 0, 1] + [0, 0.92, 0], front_yaw(bodies) + 0.7)
    scene = _make_scene(bodies, obstacles, targets, camera, time_s, ghosts, trail_m, palette)
    view = Perspective(camera, width, height)
    rays = Rays.full(view)
    colour, key = _trace(rays, scene)
    rough = _edges(key.reshape(height, width))
    if len(rough):
        colour[rough] = _smooth(view, rays, rough, scene)
    _glow(colour, view, scene)
    return to_srgb(colour).reshape(height, width, 3)


def to_srgb(linear: Array) -> Picture:
    """Linear light 0..1 to 8-bit sRGB (gamma 2.2)."""
    return _TO_SRGB[(np.clip(linear, 0, 1) * _LEVELS).astype(np.uint16)]


def to_linear(colour: Colour) -> NDArray[np.float32]:
    return np.array(colour, np.float32) ** np.float32(2.2)


def _check_bodies(positions_m: Array) -> NDArray[np.float32]:
    bodies = np.asarray(positions_m, np.float32)
    if bodies.shape[-2:] != (22, 3) or bodies.ndim not in (2, 3) or not bodies.size:
        raise InputError(
            "positions_m", f"has shape {np.shape(positions_m)}; give (22, 3) or (N, 22, 3) metres"
        )
    if not np.isfinite(bodies).all():
        raise InputError("positions_m", "holds values that are not finite; a joint must be a place in metres")
    return bodies.reshape(-1, 22, 3)


def _check_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = int(size[0]), int(size[1])
    if not (16 <= width <= 4096 and 16 <= height <= 4096):
        raise InputError("size", f"{width} x {height} is outside 16..4096 pixels")
    return width, height


def _make_scene(
    bodies: Array, obstacles: Sequence[Obstacle], targets: Sequence[Any], camera: Camera, time_s: float,
    ghosts: Sequence[Array], trail_m: Array | None, palette: Palette | Sequence[Palette],
) -> _Scene:  # fmt: skip
    focus = bodies[:, 0].mean(axis=0)
    palettes = [palette] if isinstance(palette, Palette) else list(palette)
    body = [part for i, pose in enumerate(bodies) for part in mannequin(pose, palettes[i % len(palettes)])]
    standing = obstacle_solids(obstacles, time_s, focus)
    blocks, plates = ([p for p in standing if (p.alpha > 0.5) == solid] for solid in (True, False))
    faded = Palette(*(GHOST_COLOUR,) * 5)
    poses = [mannequin(_check_bodies(pose)[0], faded) for pose in ghosts]
    alphas = [np.full(len(p), GHOST_ALPHA * (i + 1) / len(poses)) for i, p in enumerate(poses)]
    points = target_points(targets)
    marks = [
        Mark(float(p[0]), float(p[2]), 0.10, tuple(to_linear(TARGET_COLOUR)), 0.8, 0.022) for p in points
    ]
    marks += _trail(trail_m)
    light = make_light(camera, [p.solid for p in (*body, *blocks)], focus)
    alpha = np.concatenate(alphas).astype(np.float32) if alphas else np.zeros(0, np.float32)
    return _Scene(
        body, blocks, plates, [p for pose in poses for p in pose], alpha, points, marks, light, camera
    )


def _trail(trail_m: Array | None) -> list[Mark]:
    """Dots on the floor, fainter towards the start."""
    points = np.zeros((0, 3)) if trail_m is None else np.asarray(trail_m)
    share = np.linspace(0.15, 0.75, len(points))
    return [
        Mark(float(p[0]), float(p[2]), 0.042, (0.20, 0.36, 0.60), float(s))
        for p, s in zip(points, share, strict=True)
    ]


def _trace(rays: Rays, scene: _Scene) -> tuple[Array, Array]:
    """Linear colours ``(N, 3)`` and a key ``(N,)`` that differs where something else is seen."""
    colour, far = backdrop(rays, scene.camera, scene.light, scene.marks)
    body = cast(rays, [p.solid for p in scene.body])
    seen = np.flatnonzero(body.distance_m < far)
    colour[seen] = _surface(rays, body, seen, scene.body, scene.light)
    far = np.minimum(far, body.distance_m)
    key = np.where(body.distance_m <= far, body.solid, -1) + 1
    if scene.ghosts:
        ghosts = cast(rays, [p.solid for p in scene.ghosts])
        seen = np.flatnonzero(ghosts.distance_m < far)
        flat = _surface(rays, ghosts, seen, scene.ghosts, scene.light)
        colour[seen] += scene.ghost_alpha[ghosts.solid[seen], None] * (flat - colour[seen])
        key[seen] += 997 * (1 + ghosts.solid[seen] // PARTS_PER_BODY)
    behind = far
    for layer in (scene.obstacles, scene.plates):
        if layer:
            behind = _veil(rays, layer, scene.light, body.distance_m <= far, behind, colour, key)
    _draw_targets(rays, scene, colour, far, key)
    return colour, key


def _veil(
    rays: Rays, layer: list[Painted], light: Light, on_body: Array, far: Array, colour: Array, key: Array
) -> Array:
    """Lay the nearest of half-transparent solids over the picture; returns the distances with them."""
    hits = cast(rays, [p.solid for p in layer])
    seen = np.flatnonzero(hits.distance_m < far)
    key[seen] += 99991 * (1 + _faces(hits, seen, layer) + 7 * len(layer))
    alpha = np.array([p.alpha for p in layer], np.float32)[hits.solid[seen]]
    alpha = np.where(on_body[seen], np.minimum(alpha, SEE_THROUGH_ALPHA), alpha)[:, None]
    colour[seen] += alpha * (_surface(rays, hits, seen, layer, light) - colour[seen])
    return np.minimum(far, hits.distance_m)


def _surface(rays: Rays, hits: Hits, seen: Array, painted: Sequence[Painted], light: Light) -> Array:
    table = np.stack([to_linear(p.colour) for p in painted])
    direction = rays.directions(seen)
    points = rays.eye + hits.distance_m[seen, None] * direction
    return shade(points, hits.normal[seen], -direction, table[hits.solid[seen]], light)


def _faces(hits: Hits, seen: Array, painted: Sequence[Painted]) -> Array:
    """A number per visible face, so that the edges of boxes are smoothed too."""
    angular = np.array([isinstance(p.solid, Box | Cylinder) for p in painted])
    solid = hits.solid[seen]
    turn = np.floor(hits.normal[seen] @ np.array([1.3, 5.1, 2.2], np.float32) * 1.5 + 0.37).astype(np.int64)
    return solid * 64 + np.where(angular[solid], turn % 61, 0)


def _draw_targets(rays: Rays, scene: _Scene, colour: Array, far: Array, key: Array) -> None:
    core = to_linear(TARGET_COLOUR)
    for number, point in enumerate(scene.targets_m):
        index = rays.within(rays.view.extent(np.array([[*point, TARGET_RADIUS_M]])))
        to_eye = rays.eye - point
        along = rays.directions(index) @ to_eye
        depth2 = along**2 - (to_eye @ to_eye - TARGET_RADIUS_M**2)
        depth = np.sqrt(np.maximum(depth2, 0))
        seen = (depth2 > 0) & (-along - depth < far[index])
        colour[index[seen]] = core * 1.05 + (depth[seen, None] / TARGET_RADIUS_M) ** 3 * 0.35
        key[index[seen]] += 50_000_017 * (number + 1)


def _edges(key: Array) -> Array:
    """Indices of the pixels that differ from a neighbour."""
    rough = np.zeros(key.shape, bool)
    across, down = key[:, 1:] != key[:, :-1], key[1:] != key[:-1]
    rough[:, 1:] |= across
    rough[:, :-1] |= across
    rough[1:] |= down
    rough[:-1] |= down
    return np.flatnonzero(rough)


def _smooth(view: Perspective, rays: Rays, pixels: Array, scene: _Scene) -> Array:
    """Colours of edge pixels as the mean of several rays each."""
    x = np.concatenate([rays.x_px[pixels] + dx for dx, _ in SUBSAMPLES])
    y = np.concatenate([rays.y_px[pixels] + dy for _, dy in SUBSAMPLES])
    colour, _ = _trace(Rays.at(view, x, y), scene)
    mean: Array = np.clip(colour, 0, 1).reshape(len(SUBSAMPLES), len(pixels), 3).mean(axis=0)
    return mean


def _glow(colour: Array, view: Perspective, scene: _Scene) -> None:
    """A halo around each target, drawn over everything so that a hidden target still shows."""
    grid = colour.reshape(view.height, view.width, 3)
    for point in scene.targets_m:
        place, depth = view.project(point[None])
        if depth[0] < 0.1:
            continue
        radius = 0.2 * view.focal_px / depth[0]
        x0, x1 = (int(np.clip(place[0, 0] + s * radius, 0, view.width)) for s in (-1, 1))
        y0, y1 = (int(np.clip(place[0, 1] + s * radius, 0, view.height)) for s in (-1, 1))
        y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32) + np.float32(0.5)
        off = np.hypot(x - place[0, 0], y - place[0, 1]) / radius
        glow = (0.62 * np.clip(1 - off, 0, 1) ** 2.5)[..., None].astype(np.float32)
        tint = np.array([1.0, 0.36, 0.44], np.float32)
        grid[y0:y1, x0:x1] += glow * (tint - grid[y0:y1, x0:x1])
