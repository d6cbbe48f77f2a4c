"""Plots for reports. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lamp import rotations
from lamp.errors import InputError
from lamp.render.shapes import Array
from lamp.render.stage import target_points
from lamp.scene import Obstacle

BEFORE, AFTER, BLOCK, TARGET = "#9aa3b2", "#1a8f9e", "#5c6bcc", "#e8435a"
SWEEP_STEPS = 9
OUTLINE_POINTS = 48


def top_view(
    path: str | Path,
    before_m: Array | None,
    after_m: Array,
    obstacles: Sequence[Obstacle] = (),
    targets: Sequence[Any] = (),
    *,
    duration_s: float = 0.0,
    start_s: float = 0.0,
    title: str = "",
) -> Path:
    """Write a plan view (PNG or SVG by suffix) of the root path ``(T, 3)`` before and after optimisation.

    Moving obstacles are drawn at several times of ``start_s .. start_s + duration_s``, stronger towards the end.
    The plot is seen from above with +X to the left and +Z upwards, so that left in the picture is the left of a
    character walking up.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError("path", "plots need matplotlib; install the extra 'viz'") from error
    figure = Figure(figsize=(6.4, 5.6), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_facecolor("#f7f8fa")
    axes.grid(color="#dfe3ea", linewidth=0.8)
    axes.set_axisbelow(True)
    for number, obstacle in enumerate(obstacles):
        _draw_obstacle(axes, obstacle, start_s, duration_s, "obstacle" if number == 0 else None)
    if before_m is not None:
        _draw_path(axes, before_m, BEFORE, "before", dashed=True)
    _draw_path(axes, after_m, AFTER, "after", dashed=False)
    points = target_points(targets)
    if len(points):
        axes.plot(points[:, 0], points[:, 2], "x", color=TARGET, ms=11, mew=2.6, label="target", zorder=6)
    axes.invert_xaxis()
    axes.set_xlabel("x, metres")
    axes.set_ylabel("z, metres")
    for side in axes.spines.values():
        side.set_color("#c9cfd8")
    if title:
        axes.set_title(title, fontsize=11, loc="left", color="#2c323c")
    axes.legend(frameon=True, framealpha=0.9, edgecolor="#dfe3ea", fontsize=9)
    figure.savefig(path)
    return Path(path)


def _draw_path(axes: Any, points_m: Array, colour: str, name: str, *, dashed: bool) -> None:
    points = np.asarray(points_m)
    if points.ndim != 2 or points.shape[1] != 3:
        raise InputError(name, f"has shape {points.shape}; give a path (T, 3) in metres")
    style = (0, (4, 2)) if dashed else "-"
    axes.plot(
        points[:, 0],
        points[:, 2],
        color=colour,
        lw=2.4,
        ls=style,
        label=name,
        zorder=4,
        solid_capstyle="round",
    )
    axes.plot(*points[0, [0, 2]], "o", color=colour, ms=7, zorder=5, mec="white", mew=1.2)
    axes.plot(*points[-1, [0, 2]], "s", color=colour, ms=6.5, zorder=5, mec="white", mew=1.2)


def _draw_obstacle(
    axes: Any, obstacle: Obstacle, start_s: float, duration_s: float, name: str | None
) -> None:
    moves = any((*obstacle.linear_velocity_mps, *obstacle.angular_velocity_radps)) and duration_s > 0
    times = np.linspace(start_s, start_s + duration_s, SWEEP_STEPS) if moves else np.array([start_s])
    for i, time_s in enumerate(times):
        outline = footprint(obstacle, float(time_s))
        last = i == len(times) - 1
        alpha = 0.55 if last else 0.08 + 0.12 * i / len(times)
        closed = obstacle.shape != "plane"
        if closed:
            axes.fill(
                outline[:, 0],
                outline[:, 1],
                color=BLOCK,
                alpha=alpha,
                lw=0,
                label=name if last else None,
                zorder=2,
            )
            axes.plot(
                *np.vstack([outline, outline[:1]]).T, color=BLOCK, alpha=min(2 * alpha, 1), lw=1, zorder=3
            )
        elif len(outline):
            axes.plot(*outline.T, color=BLOCK, alpha=alpha, lw=3, label=name if last else None, zorder=3)
    if moves:
        path = obstacle.trajectory(times)[0]
        axes.annotate(
            "", xy=path[-1, [0, 2]], xytext=path[0, [0, 2]], zorder=5,
            arrowprops={"arrowstyle": "-|>", "color": BLOCK, "lw": 1.4, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def footprint(obstacle: Obstacle, time_s: float) -> Array:
    """Outline ``(N, 2)`` in x, z of the obstacle seen from above; two points for a plane, none for a level one."""
    position, orientation = obstacle.at(time_s)
    rotation = rotations.to_matrix(orientation)
    angle = np.linspace(0, 2 * np.pi, OUTLINE_POINTS, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    size = obstacle.size_m
    if obstacle.shape == "plane":
        along = np.array([rotation[2, 1], -rotation[0, 1]])
        length = np.linalg.norm(along)
        reach = along / length * 2.0 if length > 0.1 else None
        return position[[0, 2]] + np.stack([-reach, reach]) if reach is not None else np.zeros((0, 2))
    if obstacle.shape == "sphere":
        return np.asarray(position[[0, 2]] + size[0] * circle)
    if obstacle.shape == "capsule":
        ends = [position + s * size[1] * rotation[:, 1] for s in (-1, 1)]
        return _hull(np.concatenate([e[[0, 2]] + size[0] * circle for e in ends]))
    if obstacle.shape == "cylinder":
        ring = size[0] * (circle[:, :1] * rotation[:, 0] + circle[:, 1:] * rotation[:, 2])
        ends = [position + s * size[1] * rotation[:, 1] + ring for s in (-1, 1)]
        return _hull(np.concatenate(ends)[:, [0, 2]])
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    return _hull((position + (signs * np.asarray(size)) @ rotation.T)[:, [0, 2]])


def _hull(points: Array) -> Array:
    """Convex hull of ``(N, 2)``, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted({(round(float(x), 6), round(float(y), 6)) for x, y in points})

    def half(sequence: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for p in sequence:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return np.array(half(ordered) + half(ordered[::-1]))


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
