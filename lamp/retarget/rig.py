"""Another character's skeleton: bones, rest pose, and which of them the joints of the standard skeleton drive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import rotations
from lamp.errors import InputError
from lamp.retarget.bone_map import BoneMap, bone_map, bone_map_names, parse_bone_map, read_yaml
from lamp.retarget.rest_check import check_rest
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS_M, forward_kinematics

Array = NDArray[Any]
STANDING_TOE_RAD = (
    0.70  # slope of the bone from ankle to toe joint when the foot of the standard skeleton is flat
)
_KEYS = ("name", "bones", "skeleton", "metres_per_unit", "flat_feet")


@dataclass(frozen=True)
class Rig:
    """N bones, parents before children, in metres, Y up (docs/conventions.md); any of T-pose, A-pose, any bone axes.

    offsets_m ``(N, 3)`` and rest_rotations_xyzw ``(N, 4)``: of each bone in its parent's frame, at rest. joints
    ``(22,)``: index of the bone that each joint of the standard skeleton drives, -1 where the rig has none.
    flat_feet: soles are flat on the floor at rest, as they are on characters; on the standard skeleton they are not.
    """

    name: str
    bone_names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets_m: Array
    rest_rotations_xyzw: Array
    joints: tuple[int, ...]
    flat_feet: bool = True

    def __post_init__(self) -> None:
        check_rest(self)

    @classmethod
    def standard(cls) -> Rig:
        """The standard skeleton itself: its own names, T-pose, no rotation at rest."""
        turns = np.tile(rotations.IDENTITY, (JOINT_COUNT, 1))
        own = tuple(range(JOINT_COUNT))
        return cls("standard", JOINT_NAMES, PARENTS, REST_OFFSETS_M.copy(), turns, own, flat_feet=False)

    @classmethod
    def from_map(cls, names: BoneMap) -> Rig:
        """The standard skeleton under the names of a map, with its extra bones; axes of all bones are the world's."""
        return _standard_rig(names)

    @classmethod
    def from_bones(
        cls,
        name: str,
        names: BoneMap,
        bone_names: Sequence[str],
        parents: Sequence[int],
        offsets_m: Array,
        rest_rotations_xyzw: Array | None = None,
        flat_feet: bool = True,
    ) -> Rig:
        """A rig from a skeleton as files and engines have it; ``names`` says which bone is which joint.

        ``InputError`` names the bone that is missing, doubled, not finite or not where a person has it.
        """
        count = len(bone_names)
        if rest_rotations_xyzw is None:
            rest_rotations_xyzw = np.tile(rotations.IDENTITY, (count, 1))
        found = [names.find(joint, bone_names) for joint in JOINT_NAMES]
        joints = tuple(-1 if bone is None else list(bone_names).index(bone) for bone in found)
        return cls(
            name, tuple(bone_names), tuple(int(p) for p in parents), np.asarray(offsets_m, np.float64),
            np.asarray(rest_rotations_xyzw, np.float64), joints, flat_feet,
        )  # fmt: skip

    @property
    def hips(self) -> int:
        """Index of the bone that carries the body through the world."""
        return self.joints[0]

    @cached_property
    def rest_world(self) -> tuple[Array, Array]:
        """World positions ``(N, 3)`` and rotations ``(N, 4)`` of all bones at rest."""
        local = np.asarray(self.rest_rotations_xyzw, np.float64)
        return self.pose(local, np.asarray(self.offsets_m, np.float64)[self.hips])

    def pose(self, local_rotations_xyzw: Array, hips_m: Array) -> tuple[Array, Array]:
        """World positions ``(..., N, 3)`` and rotations ``(..., N, 4)`` from local ones and where the hips bone is in
        its parent ``(..., 3)``, metres; every other bone keeps its offset."""
        local = np.asarray(local_rotations_xyzw, np.float64)
        world = np.empty(local.shape)
        joints = np.empty((*local.shape[:-1], 3))
        for i, parent in enumerate(self.parents):
            offset = (
                np.asarray(hips_m, np.float64)
                if i == self.hips
                else np.asarray(self.offsets_m[i], np.float64)
            )
            if parent < 0:
                world[..., i, :], joints[..., i, :] = local[..., i, :], offset
                continue
            world[..., i, :] = rotations.multiply(world[..., parent, :], local[..., i, :])
            joints[..., i, :] = joints[..., parent, :] + rotations.rotate(world[..., parent, :], offset)
        return joints, world


def load_rig(source: str | Path) -> Rig:
    """A rig by the name of a built-in bone map (with the standard proportions) or from a YAML file of your own.

    The file holds ``bones`` (name of a built-in map, or joint: bone lines) and, for a character with its own
    proportions, ``skeleton``: a list of ``{bone, parent, offset, rotation}``. See docs/retargeting.md.
    """
    if str(source) == "standard":
        return Rig.standard()
    if str(source) in bone_map_names():
        return Rig.from_map(bone_map(str(source)))
    path = Path(source)
    if path.suffix not in (".yaml", ".yml"):
        known = ", ".join(["standard", *bone_map_names()])
        raise InputError(f"rig {str(source)!r}", f"is unknown; use {known}, or a YAML file")
    return _read_rig(path)


def _read_rig(path: Path) -> Rig:
    content = read_yaml(path)
    bones = content.get("bones")
    if "skeleton" not in content and not isinstance(bones, str):
        return Rig.from_map(parse_bone_map(content, path.name))
    if isinstance(bones, str):
        names = bone_map(bones)
    else:
        names = parse_bone_map(
            {k: v for k, v in content.items() if k not in _KEYS or k in ("name", "bones")}, path.name
        )
    if "skeleton" not in content:
        return Rig.from_map(names)
    unit = content.get("metres_per_unit", 1.0)
    if not isinstance(unit, int | float) or not 0.0 < unit <= 1000.0:
        raise InputError(f"{path.name}: metres_per_unit", f"is {unit!r}; it must be above 0 and at most 1000")
    rows = _rows(content["skeleton"], path.name)
    order = [row["bone"] for row in rows]
    parents = [-1 if row["parent"] is None else order.index(row["parent"]) for row in rows]
    return Rig.from_bones(
        str(content.get("name", path.stem)), names, order, parents,
        np.array([row["offset"] for row in rows], np.float64) * unit,
        rotations.normalize(np.array([row["rotation"] for row in rows], np.float64)),
        bool(content.get("flat_feet", True)),
    )  # fmt: skip


def _rows(skeleton: Any, source: str) -> list[dict[str, Any]]:
    """Checked rows of ``skeleton``, parents before children."""
    if not isinstance(skeleton, list) or not skeleton:
        raise InputError(f"{source}: skeleton", "must be a list of {bone, parent, offset, rotation}")
    rows: list[dict[str, Any]] = []
    for given in skeleton:
        if not isinstance(given, dict) or not isinstance(given.get("bone"), str):
            raise InputError(f"{source}: skeleton", f"{given!r} has no bone: its name")
        row = {"parent": None, "rotation": [0, 0, 0, 1], **given}
        where = f"{source}: bone {row['bone']}"
        if row["parent"] is not None and row["parent"] not in [r["bone"] for r in rows]:
            raise InputError(
                where, f"hangs on {row['parent']!r}, which is not listed above it; put parents first"
            )
        for key, count in (("offset", 3), ("rotation", 4)):
            value = row.get(key)
            if not isinstance(value, list) or len(value) != count or not all(_finite(v) for v in value):
                raise InputError(f"{where}: {key}", f"is {value!r}; it must be {count} finite numbers")
        if np.linalg.norm(row["rotation"]) < 1e-6:
            raise InputError(f"{where}: rotation", "is all zero; no rotation is [0, 0, 0, 1]")
        rows.append(row)
    return rows


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and bool(np.isfinite(value))


def _standard_rig(names: BoneMap) -> Rig:
    rest = forward_kinematics(np.zeros(3), np.tile(rotations.IDENTITY, (JOINT_COUNT, 1))).astype(np.float64)
    rest -= [0.0, _floor_m(rest), 0.0]
    if names.faces == "-z":
        rest *= [-1.0, 1.0, -1.0]
    place = {bone: rest[JOINT_NAMES.index(joint)] for joint, bone in names.bones.items()}
    parent: dict[str, str | None] = {}
    for joint, bone in names.bones.items():
        above = PARENTS[JOINT_NAMES.index(joint)]
        while above >= 0 and JOINT_NAMES[above] not in names.bones:
            above = PARENTS[above]
        parent[bone] = names.bones[JOINT_NAMES[above]] if above >= 0 else None
    for bone, extra in names.extra.items():
        parent[bone] = extra.parent
        if extra.parent is None:
            parent[names.bones["pelvis"]], place[bone] = bone, np.zeros(3)
            continue
        goal = place[extra.towards] if extra.towards else place[extra.parent]
        place[bone] = place[extra.parent] + extra.at * (goal - place[extra.parent])
        if extra.chain and extra.towards:
            parent[extra.towards] = bone
    order = _parents_first(parent)
    index = {bone: i for i, bone in enumerate(order)}
    offsets = [place[b] - (place[str(parent[b])] if parent[b] else np.zeros(3)) for b in order]
    joints = tuple(index[names.bones[j]] if j in names.bones else -1 for j in JOINT_NAMES)
    return Rig(
        names.name, tuple(names.written(b) for b in order),
        tuple(index[str(parent[b])] if parent[b] else -1 for b in order), np.array(offsets),
        np.tile(rotations.IDENTITY.astype(np.float64), (len(order), 1)), joints, flat_feet=False,
    )  # fmt: skip


def _floor_m(rest: Array) -> float:
    """Height of the floor under the standard rest pose ``(22, 3)`` whose feet are pitched flat, metres."""
    return float(
        min(
            rest[ankle, 1] - np.sin(STANDING_TOE_RAD) * np.linalg.norm(REST_OFFSETS_M[ankle + 3])
            for ankle in (7, 8)
        )
    )


def _parents_first(parent: dict[str, str | None]) -> list[str]:
    order: list[str] = []
    while len(order) < len(parent):
        order += [b for b, above in parent.items() if b not in order and (above is None or above in order)]
    return order
