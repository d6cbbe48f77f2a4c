"""Offline tasks as rows of a ``Problem``: refine, edit, avoid, blend, generate to goals, and any mix (paper 3.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features
from lamp.errors import InputError
from lamp.intent import MAX_KEY_POSES, Floor, KeyPose, LookAt, Path
from lamp.keying import add_look, add_pose, add_route, pose_goals, route
from lamp.motion import Motion
from lamp.problem import MAX_KEYS, Arrays, KeyFrames, Shape, Target, Weights, empty_row
from lamp.scene.distance import pack
from lamp.scene.ground_map import Ground
from lamp.scene.obstacle import MAX_OBSTACLES, Obstacle
from lamp.scene.penetration import penetration_m
from lamp.scene.window import SceneWindows, Surroundings
from lamp.skeleton import JOINT_COUNT

Array = NDArray[Any]
FPS = 20.0
HOLDS_M = 0.01  # a joint as near to its target is there
# An edit stays near the motion it is made from: in its noise, its poses and its way of going. That noise is an inverse
# and far from white (correlation 0.8 where white noise has 0.03): asking it to become white, as a search from white
# noise must stay, would leave the motion before anything else.
EDIT_WEIGHTS = Weights(
    key=2.0, collision=15.0, foot=1.5, decorrelate=0.0, norm=0.0, pose=27.0, going=0.1, start=0.05
)
# What sends the pelvis nowhere else also stays near where it was, so that what avoids something comes back.
STAY = 1.5


@dataclass(frozen=True)
class Task:
    """One clip to make. Everything is optional and everything combines.

    prompt: text, "" for none. frames: length at 20 fps (taken from ``reference`` if there is one). reference: a motion
    to start from. keep: weight of staying on the reference, ``(T,)`` or ``(T, 22)``; None follows it only through its
    noise.
    show: ``(T,)`` true where the reference is given to the prior as visible motion (both ends of a blend, a prefix).
    targets, obstacles, key poses, path and look_at: in clip time and world metres. place: ground point x, y, z and
    heading of the first frame without a reference; its y is the height of the endless floor, if there is one.
    weights: of the objective; None takes those of such a task (``weighing``).
    """

    prompt: str = ""
    frames: int = 120
    reference: Motion | None = None
    keep: Array | None = None
    show: Array | None = None
    targets: tuple[Target, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    seed: int | None = None
    place: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    weights: Weights | None = None
    key_poses: tuple[KeyPose, ...] = ()
    look_at: LookAt | None = None
    path: Path | None = None
    floor: Floor = Floor.PLANE

    def __post_init__(self) -> None:
        if self.reference is not None:
            object.__setattr__(self, "reference", self.reference.resample(FPS))
            object.__setattr__(self, "frames", len(self.reference))
        if self.frames < 8:
            raise InputError("frames", f"{self.frames} is too short; at least 8 frames (0.4 s) are needed")
        for name, array, shapes in (
            ("keep", self.keep, ((self.frames,), (self.frames, JOINT_COUNT))),
            ("show", self.show, ((self.frames,),)),
        ):
            if array is None:
                continue
            if self.reference is None:
                raise InputError(name, "needs a reference motion")
            if np.shape(array) not in shapes or not np.isfinite(array).all() or np.min(array) < 0:
                raise InputError(
                    name, f"shape {np.shape(array)}; it must be one of {shapes}, finite and not negative"
                )
        if len(self.targets) > MAX_KEYS:
            raise InputError("targets", f"{len(self.targets)} targets; at most {MAX_KEYS}")
        if len(self.obstacles) > MAX_OBSTACLES:
            raise InputError("obstacles", f"{len(self.obstacles)} obstacles; at most {MAX_OBSTACLES}")
        if len(self.key_poses) > MAX_KEY_POSES:
            raise InputError("key_poses", f"{len(self.key_poses)} poses; at most {MAX_KEY_POSES}")
        for i, pose in enumerate(self.key_poses):
            self._check_time(f"key_poses[{i}].time_s", pose.time_s)
        for i, target in enumerate(self.targets):
            arrive = target.arrive_s
            if arrive is not None:
                self._check_time(f"targets[{i}].arrive_s", arrive)

    def _check_time(self, name: str, time_s: float) -> None:
        last_s = (self.frames - 1) / FPS
        if not 0 <= time_s <= last_s + 1e-6:
            raise InputError(name, f"{time_s} s is outside the clip of {last_s:.2f} s")

    @property
    def geometry(self) -> bool:
        """Whether the ground or a grid of distances takes part."""
        return self.floor is Floor.NONE or any(o.grid is not None or o.walkable for o in self.obstacles)

    @property
    def edits(self) -> bool:
        """Whether it changes a given motion no more than it must: a reference without ``keep``."""
        return self.reference is not None and self.keep is None

    @property
    def stays(self) -> bool:
        """Whether it is an edit that asks for nothing elsewhere: all shown, no targets, poses, path or own weights."""
        goes = self.targets or self.key_poses or self.path is not None
        return self.edits and not goes and self.show is None and self.weights is None

    def weighing(self) -> Weights:
        """The weights in use."""
        if self.weights is not None:
            return self.weights
        if not self.edits:
            return Weights()
        if self.stays:
            return replace(EDIT_WEIGHTS, reference=STAY)
        # the term is a mean over the targets, each of which is to count as if it were the only one
        return replace(EDIT_WEIGHTS, key=EDIT_WEIGHTS.key * max(len(self.targets), 1))

    def trusted(self) -> Array:
        """Frames ``(T,)`` of the reference that are as they should be: all of an edit, those shown of a blend, none of
        a motion that is only to be stayed near, which may be noisy."""
        if self.reference is None:
            return np.zeros(self.frames)
        if self.show is not None:
            return (np.asarray(self.show) > 0).astype(float)
        return np.full(self.frames, float(self.edits))

    def holds_already(self) -> bool:
        """Whether the given motion meets all that is asked for, so that an edit has nothing to do.

        Only where that can be told by targets and obstacles; poses, a path and a point to look at are worked on anyway.
        """
        if not self.edits or self.reference is None or self.show is not None or self.geometry:
            return False
        if self.key_poses or self.path is not None or self.look_at is not None:
            return False
        depth = penetration_m(self.reference.positions_m, self.obstacles, np.arange(self.frames) / FPS)
        held = all(self._held(target) for target in self.targets)
        return held and float(depth.max(initial=0.0)) == 0.0

    def _held(self, target: Target) -> bool:
        """Whether the joint of a target is there from its arrival to its end."""
        assert self.reference is not None
        first = self.frames - 1 if target.arrive_s is None else round(target.arrive_s * FPS)
        there = self.reference.positions_m[first : first + round(target.hold_s * FPS) + 1, target.joint]
        away = (there - target.position_m) * np.array(target.axis_mask)
        return bool(np.linalg.norm(away, axis=-1).max() <= HOLDS_M)

    def _around(self) -> Surroundings:
        """Where the clip takes place."""
        x, y, z, _ = self.place
        ahead = (0.0, 0.0)
        if self.reference is not None:
            root = self.reference.positions_m[:, 0]
            x, z = float(root[0, 0]), float(root[0, 2])
            ahead = float(root[-1, 0] - x), float(root[-1, 2] - z)
        return Surroundings((x, y, z), ahead, y if self.floor is Floor.PLANE else None)

    def ground(self) -> Ground:
        """What carries the feet."""
        return SceneWindows().ground(self.obstacles, self._around())

    def row(self, shape: Shape, embedding: Array) -> Arrays:
        """The arrays of this task in a window of ``shape``, context left empty."""
        t = self.frames
        row = empty_row(shape, self.weighing())
        row["text"] = embedding
        row["has_text"] = np.array(1.0 if self.prompt else 0.0, np.float32)
        row["token_valid"][math.ceil(t / shape.patch_frames) :] = 0.0
        row["frame_valid"][t:] = 0.0
        x, y, z, heading = self.place
        if self.reference is not None:
            joints = self.reference.positions_m
            x, z, heading = (
                float(joints[0, 0, 0]),
                float(joints[0, 0, 2]),
                float(features.heading_rad(joints[0])),
            )
            row["reference"][:t] = joints
            row["like_weight"][:t] = self.trusted()
            if self.keep is not None:
                keep = np.asarray(self.keep, np.float32)
                row["reference_weight"][:t] = keep[:, None] if keep.ndim == 1 else keep
            elif self.stays:
                row["reference_weight"][:t, 0] = 1.0
        row["place"] = np.array([x, y, z, math.cos(heading), math.sin(heading)], np.float32)
        times = np.arange(shape.frames) / FPS
        row.update(pack(self.obstacles, times).row(geometry=shape.geometry))
        if shape.geometry:
            row.update(SceneWindows().arrays(self.obstacles, self._around(), times))
        self._ask(row, shape.frames)
        return row

    def _ask(self, row: Arrays, frames: int) -> None:
        """Write targets, poses, path and point to look at into the row."""
        t, keys = self.frames, KeyFrames(frames)
        times = np.arange(frames) / FPS
        if self.look_at is not None:
            add_look(row, self.look_at, times, -1)
        if self.path is not None:
            way = route(self.path, np.array(self._around().here_m)[[0, 2]], 0.0, 0.0)
            add_route(keys, row, way, self.path, times, 0)
        for target in self.targets:
            arrive = t - 1 if target.arrive_s is None else round(target.arrive_s * FPS)
            keys.add(target, arrive, min(arrive + round(target.hold_s * FPS), t - 1))
        for pose in self.key_poses:
            arrive = round(pose.time_s * FPS)
            old = None if self.reference is None else self.reference.positions_m[arrive]
            add_pose(keys, pose, pose_goals(pose, old), arrive, min(arrive + round(pose.hold_s * FPS), t - 1))
        keys.weight[t:] = 0.0
        row["look_weight"][t:] = 0.0
        row["key"], row["key_weight"] = keys.key, keys.weight

    def target_errors_m(self, motion: Motion) -> list[float]:
        """Distance of each target's joint to it at its arrival, over the axes that count."""
        errors = []
        for target in self.targets:
            frame = self.frames - 1 if target.arrive_s is None else round(target.arrive_s * FPS)
            offset = (motion.positions_m[frame, target.joint] - target.position_m) * np.array(
                target.axis_mask
            )
            errors.append(float(np.linalg.norm(offset)))
        return errors


def concatenate(first: Motion, second: Motion, seam_frames: int) -> tuple[Motion, Array]:
    """Two clips one after the other with ``seam_frames`` between them, and the mask of what must stay ``(T,)``.

    The second is turned and moved to go on where the first one ends; the seam is filled by interpolation only as a
    start for the optimisation.
    """
    if seam_frames < 2:
        raise InputError("seam_frames", f"{seam_frames}; at least 2 are needed")
    a, b = first.resample(FPS).positions_m, second.resample(FPS).positions_m
    turn = float(features.heading_rad(a[-1]) - features.heading_rad(b[0]))
    c, s = math.cos(turn), math.sin(turn)
    drift = (a[-1, 0] - a[max(len(a) - 6, 0), 0]) / max(min(5, len(a) - 1), 1) * seam_frames
    moved = b - b[0, 0]
    moved = np.stack(
        [c * moved[..., 0] + s * moved[..., 2], b[..., 1], c * moved[..., 2] - s * moved[..., 0]], -1
    )
    moved[..., 0] += a[-1, 0, 0] + drift[0]
    moved[..., 2] += a[-1, 0, 2] + drift[2]
    u = (np.arange(1, seam_frames + 1) / (seam_frames + 1))[:, None, None]
    seam = (1 - u) * a[-1] + u * moved[0]
    keep = np.r_[np.ones(len(a)), np.zeros(seam_frames), np.ones(len(b))].astype(np.float32)
    return Motion.from_positions(np.concatenate([a, seam, moved]).astype(np.float32), FPS), keep
