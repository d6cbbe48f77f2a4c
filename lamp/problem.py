"""``Problem``: what a character should do, as arrays of fixed shape (design section 4).

The paper's tasks (refine, avoid, edit, blend) are one objective with different masks, so a row of a ``Problem`` holds
them all and any mix of tasks for any number of characters is one batch. Everything here is numpy; both engines read it.

Dimension letters: B rows, T frames, L = T/4 tokens, J = 22 joints, O obstacle slots, D latent width, E text width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.models.representation import WIDTH as FEATURE_WIDTH
from lamp.scene.distance import FAR_M, KINDS
from lamp.scene.obstacle import MAX_COORDINATE_M, MAX_OBSTACLES
from lamp.skeleton import JOINT_COUNT, joint_index

Array = NDArray[Any]
Arrays = dict[str, Array]

MAX_KEYS = 64  # targets per character
MAX_WEIGHT = 1000.0


@dataclass(frozen=True)
class Target:
    """A joint should be at a position: a reach, a waypoint, a key pose is several of them.

    arrive_s: when (session time when live, clip time offline); None lets the live planner choose by distance, and means
    the last frame offline. The joint stays there for ``hold_s``. ``axis_mask`` says which of x, y, z count.
    """

    joint: int
    position_m: tuple[float, float, float]
    axis_mask: tuple[bool, bool, bool] = (True, True, True)
    arrive_s: float | None = None
    hold_s: float = 0.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "joint", joint_index(self.joint))
        if len(self.position_m) != 3 or not all(math.isfinite(v) for v in self.position_m):
            raise InputError("position_m", f"{self.position_m} is not three finite numbers")
        if any(abs(v) > MAX_COORDINATE_M for v in self.position_m):
            raise InputError("position_m", f"{self.position_m} is outside +-{MAX_COORDINATE_M} m")
        if not any(self.axis_mask):
            raise InputError("axis_mask", "no axis counts; set at least one of x, y, z")
        if self.arrive_s is not None and not math.isfinite(self.arrive_s):
            raise InputError("arrive_s", f"{self.arrive_s} is not finite")
        if not 0.0 <= self.hold_s <= 3600.0:
            raise InputError("hold_s", f"{self.hold_s} is outside 0..3600 s")
        if not 0.0 < self.weight <= MAX_WEIGHT:
            raise InputError("weight", f"{self.weight} is outside (0, {MAX_WEIGHT}]")


@dataclass(frozen=True)
class Weights:
    """Weights of the terms of the objective; 0 switches a term off. See ``TERMS`` for their units."""

    reference: float = 1.0  # distance to a reference motion, where its mask is set
    key: float = 1.0  # distance of key joints to their targets
    look: float = 1.0  # chest turned away from what it should face
    collision: float = 2.0  # penetration, with radius and skin
    foot: float = 0.06  # speed of planted feet
    floor: float = 1.0  # joints below the floor
    ground: float = 2.0  # feet and pelvis where nothing carries them
    smooth: float = 2e-4  # jerk of all joints
    decorrelate: float = 20.0  # noise must stay white over time
    norm: float = 0.2  # noise must keep unit variance
    pose: float = 0.0  # poses unlike those of the reference, whatever their place and heading
    going: float = 0.0  # pelvis faster, slower or another way than in the reference
    start: float = 0.0  # stay near the noise it started from
    skin_m: float = 0.02  # clearance kept beyond a joint's radius

    def array(self) -> Array:
        return np.array([getattr(self, name) for name in WEIGHT_NAMES], np.float32)


WEIGHT_NAMES: tuple[str, ...] = (
    "reference", "key", "look", "collision", "foot", "floor", "ground", "smooth", "decorrelate", "norm", "pose",
    "going", "start", "skin_m",
)  # fmt: skip
# What a step reports per row, in natural units.
TERMS: tuple[str, ...] = (
    "reference_error_m", "target_error_m", "facing_error_rad", "penetration_m", "foot_slide_mps", "floor_depth_m",
    "ground_gap_m", "jitter_mps3", "noise_correlation", "noise_norm", "pose_change_m", "going_change_mps",
)  # fmt: skip


CONSTANT_STATE: tuple[str, ...] = ("budget", "rate")  # state that a step reads and never changes


# Geometry in a problem: grid slots and points of each, and points of the map of the ground.
GRID_SLOTS = 4  # two for what stands still (solid, walkable), the others for what moves
GRID_POINTS = (64, 24, 64)
GROUND_POINTS = (64, 64)
GROUND_CHANNELS = (
    "height",
    "ramp",
    "gap",
)  # where feet stand; the same without steps; metres to the nearest ground


@dataclass(frozen=True)
class Shape:
    """The fixed capacities of one batch; a step graph exists per shape. ``geometry``: grids and ground take part."""

    frames: int
    latent_width: int
    text_width: int
    patch_frames: int = 4
    obstacles: int = MAX_OBSTACLES
    geometry: bool = False

    @property
    def tokens(self) -> int:
        return self.frames // self.patch_frames

    def problem_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every array of one row, without the batch dimension, in the order of the step graph's inputs."""
        t, n, j, o = self.frames, self.tokens, JOINT_COUNT, self.obstacles
        shapes: dict[str, tuple[int, ...]] = {
            "text": (self.text_width,),  # sentence embedding
            "has_text": (),  # 0: the unconditional branch
            "context": (n, self.latent_width),  # standardised latents of what is visible
            "known": (n,),  # 1 where visible
            "token_valid": (n,),  # 0 for padding
            "frame_valid": (t,),  # frames that count in the objective
            "anchor": (t,),  # one-hot: the frame that is placed in the world
            "place": (5,),  # x, y, z of the anchor's root ground point, cos and sin of its heading
            "splice": (t, j, 3),  # joints to come from: what was played, then what was planned until now
            "splice_weight": (t,),  # how much of them each frame takes: 1 for the past, then falling to 0
            "reference": (t, j, 3),
            "reference_weight": (t, j),
            "like_weight": (t,),  # how much each frame should be like the reference, wherever it takes place
            "residual": (t, FEATURE_WIDTH),  # what latents lose of a given motion, added to their features
            "key": (t, j, 3),
            "key_weight": (t, j, 3),
            "look": (t, 3),  # point to face
            "look_weight": (t,),
            "obstacle_position": (t, o, 3),
            "obstacle_axes": (t, o, 3, 3),
            "obstacle_size": (o, 3),
            "obstacle_kind": (o, len(KINDS)),
            "start_noise": (n, self.latent_width),
            "weights": (len(WEIGHT_NAMES),),
        }
        if self.geometry:
            g = GRID_SLOTS
            shapes |= {
                "obstacle_walkable": (o,),  # feet and shins do not keep clear of it
                "grid": (g, *GRID_POINTS),  # signed distances, metres
                "grid_low": (g, 3),  # first point and distance of points, in the grid's own frame
                "grid_cell": (g, 3),
                "grid_position": (t, g, 3),  # pose of the grid's frame
                "grid_axes": (t, g, 3, 3),
                "grid_walkable": (g,),
                "ground": (len(GROUND_CHANNELS), *GROUND_POINTS),  # over x and z of the world
                "ground_low": (2,),
                "ground_cell": (),
            }
        return shapes

    def state_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of the optimiser's state of one row: noise, Adam moments, counters and the best found so far."""
        t, n, d = self.frames, self.tokens, self.latent_width
        return {
            "noise": (n, d),
            "moment1": (n, d),
            "moment2": (n, d),
            "count": (),  # steps done
            "budget": (),  # steps the learning-rate schedule is laid out for
            "rate": (),  # peak learning rate; 0 freezes the row
            "best_loss": (),
            "best_noise": (n, d),
            "best_joints": (t, JOINT_COUNT, 3),
            "best_contacts": (t, 4),
            "best_terms": (len(TERMS),),
        }


def empty_row(shape: Shape, weights: Weights | None = None) -> Arrays:
    """A row that asks for nothing: no text, nothing visible, no obstacle, anchored at the origin facing +Z."""
    row = {name: np.zeros(size, np.float32) for name, size in shape.problem_shapes().items()}
    row["token_valid"][:] = 1.0
    row["frame_valid"][:] = 1.0
    row["anchor"][0] = 1.0
    row["place"][3] = 1.0
    row["obstacle_axes"][:] = np.eye(3, dtype=np.float32)
    row["obstacle_size"][:] = 1.0
    if shape.geometry:
        row["grid"][:] = FAR_M
        row["grid_cell"][:] = 1.0
        row["grid_axes"][:] = np.eye(3, dtype=np.float32)
        row["ground_cell"] = np.array(1.0, np.float32)
    row["weights"] = (weights or Weights()).array()
    return row


def fresh_state(shape: Shape, noise: Array, *, budget: int, rate: float) -> Arrays:
    """Optimiser state that starts from ``noise (L, D)``."""
    row = {name: np.zeros(size, np.float32) for name, size in shape.state_shapes().items()}
    row["noise"] = noise.astype(np.float32)
    row["best_noise"] = row["noise"].copy()
    row["best_loss"] = np.array(np.finfo(np.float32).max, np.float32)
    row["budget"] = np.array(max(budget, 1), np.float32)
    row["rate"] = np.array(rate, np.float32)
    return row


def stack_rows(rows: list[Arrays], size: int) -> Arrays:
    """Batch of ``size`` rows; missing ones repeat the first (callers freeze them with ``rate = 0``)."""
    padded = [*rows, *[rows[0]] * (size - len(rows))]
    return {name: np.stack([r[name] for r in padded]).astype(np.float32, copy=False) for name in rows[0]}


@dataclass
class KeyFrames:
    """Collects targets into the dense key arrays of a row; a later target wins the joints and frames it shares."""

    frames: int
    key: Array = field(init=False)
    weight: Array = field(init=False)

    def __post_init__(self) -> None:
        self.key = np.zeros((self.frames, JOINT_COUNT, 3), np.float32)
        self.weight = np.zeros((self.frames, JOINT_COUNT, 3), np.float32)

    def add(self, target: Target, first_frame: int, last_frame: int) -> None:
        """Hold ``target`` from ``first_frame`` to ``last_frame`` inclusive, clipped to the window."""
        first, last = max(first_frame, 0), min(last_frame, self.frames - 1)
        if last < first:
            return
        self.key[first : last + 1, target.joint] = target.position_m
        self.weight[first : last + 1, target.joint] = target.weight * np.array(target.axis_mask, np.float32)
