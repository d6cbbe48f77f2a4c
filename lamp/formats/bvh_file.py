"""Reading one BVH file: any channel order, position channels on any joint, end sites as joints of their own.

Written here because neither BVH package fits: one refuses position channels below the root (Blender, MotionBuilder
and Unreal exports have them), the other never returns on a truncated file. The tests compare with the former.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations

Array = NDArray[Any]

_AXES = {"X": 0, "Y": 1, "Z": 2}


class BvhError(ValueError):
    """The file is no usable BVH; the message names the line."""


@dataclass(frozen=True)
class BvhTake:
    """Local motion of a hierarchy in the file's own axes and units. ``J`` counts end sites as ``<joint>.end``."""

    names: tuple[str, ...]
    parents: tuple[int, ...]  # -1 for the root; parents come before their children
    offsets: Array  # (J, 3) rest position relative to the parent
    positions: Array  # (T, J, 3) position relative to the parent; equals offsets where there are no channels
    rotations_xyzw: Array  # (T, J, 4) relative to the parent
    fps: float

    def __len__(self) -> int:
        return len(self.positions)

    def resample(self, fps: float) -> BvhTake:
        """The same motion at another rate: rotations by slerp, positions linear; the first frame stays."""
        count = int((len(self) - 1) / self.fps * fps + 1e-6) + 1
        at = np.minimum(np.arange(count) * self.fps / fps, len(self) - 1)
        low = np.minimum(at.astype(int), max(len(self) - 2, 0))
        high = np.minimum(low + 1, len(self) - 1)
        part = (at - low)[:, None]
        positions = self.positions[low] * (1 - part[..., None]) + self.positions[high] * part[..., None]
        turned = rotations.slerp(self.rotations_xyzw[low], self.rotations_xyzw[high], part)
        return replace(self, positions=positions, rotations_xyzw=turned, fps=fps)

    def world_positions(self) -> Array:
        """Forward kinematics -> ``(T, J, 3)``."""
        joints, world = np.empty_like(self.positions), np.empty_like(self.rotations_xyzw)
        for j, parent in enumerate(self.parents):
            if parent < 0:
                joints[:, j], world[:, j] = self.positions[:, j], self.rotations_xyzw[:, j]
                continue
            joints[:, j] = joints[:, parent] + rotations.rotate(world[:, parent], self.positions[:, j])
            world[:, j] = rotations.multiply(world[:, parent], self.rotations_xyzw[:, j])
        return joints

    def rest_positions(self) -> Array:
        """Joints ``(J, 3)`` with every rotation the identity."""
        joints = np.array(self.offsets)
        for j, parent in enumerate(self.parents):
            if parent >= 0:
                joints[j] += joints[parent]
        return joints


def read_bvh(path: Path) -> BvhTake:
    """Parse a BVH file. Raises ``BvhError`` (what and in which line) or ``OSError``."""
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    hierarchy = _Hierarchy()
    end = hierarchy.read(lines)
    count, frame_time_s, first = _motion_header(lines, end)
    values = _motion_values(lines[first:], count, len(hierarchy.channels))
    positions, turned = _local_motion(hierarchy, values)
    return BvhTake(
        tuple(hierarchy.names), tuple(hierarchy.parents), np.array(hierarchy.offsets), positions, turned,
        _snapped_rate(frame_time_s),
    )  # fmt: skip


class _Hierarchy:
    """The HIERARCHY section: names, parents, offsets, and one ``(joint, kind, axis)`` per channel in file order."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.parents: list[int] = []
        self.offsets: list[list[float]] = []
        self.channels: list[tuple[int, str, int]] = []
        self._open: list[int] = []

    def read(self, lines: list[str]) -> int:
        """Index of the line with MOTION."""
        for number, line in enumerate(lines):
            words = line.split()
            if not words:
                continue
            if words[0].upper() == "MOTION":
                if self._open or not self.names:
                    raise BvhError(f"line {number + 1}: MOTION before the hierarchy is complete")
                return number
            try:
                self._line(words)
            except (ValueError, IndexError, KeyError) as error:
                raise BvhError(f"line {number + 1}: {line.strip()[:60]!r}: {error}") from error
        raise BvhError(
            f"line {len(lines)}: the file ends without a MOTION section; it is truncated or no BVH"
        )

    def _line(self, words: list[str]) -> None:
        keyword = words[0].upper()
        if keyword in ("ROOT", "JOINT", "END"):
            self._node(keyword, " ".join(words[1:]))
        elif keyword == "OFFSET":
            self.offsets[self._open[-1]] = [float(w) for w in words[1:4]]
            if len(words) != 4:
                raise BvhError(f"OFFSET needs 3 numbers, found {len(words) - 1}")
        elif keyword == "CHANNELS":
            if int(words[1]) != len(words) - 2:
                raise BvhError(f"CHANNELS announces {words[1]}, lists {len(words) - 2}")
            self.channels += [(self._open[-1], _kind(w), _AXES[w[0].upper()]) for w in words[2:]]
        elif keyword == "}":
            self._open.pop()
        elif keyword not in ("{", "HIERARCHY"):
            raise BvhError("expected ROOT, JOINT, End Site, OFFSET, CHANNELS or a brace")

    def _node(self, keyword: str, name: str) -> None:
        if (keyword == "ROOT") != (not self.names) or (keyword != "ROOT" and not self._open):
            raise BvhError("a BVH file holds one ROOT with all other joints inside it")
        parent = self._open[-1] if self._open else -1
        self._open.append(len(self.names))
        self.names.append(f"{self.names[parent]}.end" if keyword == "END" else name)
        self.parents.append(parent)
        self.offsets.append([0.0, 0.0, 0.0])


def _kind(channel: str) -> str:
    for kind in ("position", "rotation"):
        if channel.lower()[1:] == kind:
            return kind
    raise BvhError(f"unknown channel {channel!r}; known are Xposition..Zrotation")


def _motion_header(lines: list[str], motion: int) -> tuple[int, float, int]:
    """``(frames, frame time in seconds, index of the first line of values)``."""
    found: dict[str, float] = {}
    for number in range(motion + 1, min(motion + 10, len(lines))):
        key, colon, value = lines[number].partition(":")
        if colon:
            try:
                found[" ".join(key.lower().split())] = float(value)
            except ValueError:
                raise BvhError(f"line {number + 1}: {lines[number].strip()[:60]!r} holds no number") from None
        if len(found) == 2:
            break
    count, frame_time_s = found.get("frames"), found.get("frame time")
    if count is None or frame_time_s is None:
        raise BvhError(
            f"line {motion + 1}: after MOTION come 'Frames: N' and 'Frame Time: S'; they are missing"
        )
    if count < 1 or not 1e-4 < frame_time_s < 1.0:
        raise BvhError(
            f"line {number}: {count:g} frames of {frame_time_s} s; need >= 1 frame of 0.0001 to 1 s"
        )
    return int(count), frame_time_s, number + 1


def _motion_values(lines: list[str], count: int, width: int) -> Array:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # loadtxt warns about empty input, reported below
            values = np.loadtxt(io.StringIO("\n".join(lines)), ndmin=2)
    except ValueError as error:
        raise BvhError(f"motion values: {str(error).partition(';')[0]}; truncated?") from error
    if values.shape != (count, width):
        raise BvhError(
            f"motion values: {count} frames of {width} channels announced, found {values.shape}; truncated?"
        )
    return values


def _local_motion(hierarchy: _Hierarchy, values: Array) -> tuple[Array, Array]:
    frames, joints = len(values), len(hierarchy.names)
    positions = np.tile(np.array(hierarchy.offsets), (frames, 1, 1))
    turned = np.tile(rotations.IDENTITY.astype(np.float64), (frames, joints, 1))
    for column, (joint, kind, axis) in enumerate(hierarchy.channels):
        if kind == "position":
            positions[:, joint, axis] = values[:, column]
        else:  # channels apply in the order they are listed, each in the axes turned by those before it
            half = np.deg2rad(values[:, column]) / 2
            step = np.zeros((frames, 4))
            step[:, axis], step[:, 3] = np.sin(half), np.cos(half)
            turned[:, joint] = rotations.multiply(turned[:, joint], step)
    return positions, turned


def _snapped_rate(frame_time_s: float) -> float:
    """Frames per second; 0.033333 is meant as 1/30, so rates within 0.1 % of a whole number become it."""
    rate = 1.0 / frame_time_s
    return float(round(rate)) if abs(rate - round(rate)) < 1e-3 * rate else rate
