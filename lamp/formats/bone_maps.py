"""Which bone of a foreign skeleton is which of our joints: named conventions, detection, a user's own map."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from lamp.errors import InputError
from lamp.skeleton import JOINT_NAMES

Array = NDArray[Any]

_SIDED = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
_PREFIX = re.compile(r"^(mixamorig\d*|character\d+|robot|bip\d+)(?=.)")


@dataclass(frozen=True)
class Between:
    """A point on the way from one bone's joint to another's."""

    first: str
    second: str
    at: float


Place = str | Between
Alternatives = tuple[Place, ...]


@dataclass(frozen=True)
class BoneMap:
    """A naming convention: for each of our 22 joints where it may be found, in order of preference."""

    name: str
    places: Mapping[str, Alternatives]


@dataclass(frozen=True)
class Resolved:
    """A bone map applied to one skeleton: every joint is a mix of two of its joints."""

    name: str
    first: tuple[int, ...]  # (22,) joint indices of the file
    second: tuple[int, ...]
    at: tuple[float, ...]

    def apply(self, joints: Array) -> Array:
        """File joints ``(..., J, 3)`` -> our joints ``(..., 22, 3)``."""
        at = np.array(self.at)[:, None]
        mixed: Array = joints[..., list(self.first), :] * (1 - at) + joints[..., list(self.second), :] * at
        return mixed


def normalised(bone: str) -> str:
    """A bone's name without namespace, case, separators, numbered prefix: ``"mixamorig:LeftArm"`` -> ``"leftarm"``."""
    ending = ".end" if bone.endswith(".end") else ""
    plain = re.sub(r"[^a-z0-9]", "", re.split(r"[:|]", bone.removesuffix(".end"))[-1].lower())
    return _PREFIX.sub("", plain) + ending


def resolve(bones: Sequence[str], custom: BoneMap | None = None) -> Resolved:
    """Find the convention that maps all 22 joints onto ``bones`` (or apply ``custom``).

    Raises ``InputError`` that lists every joint left over with the nearest bones.
    """
    index: dict[str, int] = {}
    for i, bone in enumerate(bones):
        index.setdefault(normalised(bone), i)
    best: tuple[BoneMap, list[str]] | None = None
    for bone_map in [custom] if custom else named_maps():
        found = {joint: _first_present(places, index) for joint, places in bone_map.places.items()}
        missing = [joint for joint in JOINT_NAMES if found.get(joint) is None]
        if not missing:
            first, second, at = zip(*(_indices(found[joint], index) for joint in JOINT_NAMES), strict=True)
            return Resolved(bone_map.name, first, second, at)
        if best is None or len(missing) < len(best[1]):
            best = (bone_map, missing)
    assert best is not None
    raise InputError("bone map", _explain(best[0], best[1], bones))


def _first_present(places: Alternatives, index: Mapping[str, int]) -> Place | None:
    for place in places:
        needed = [place] if isinstance(place, str) else [place.first, place.second]
        if all(normalised(bone) in index for bone in needed):
            return place
    return None


def _indices(place: Place | None, index: Mapping[str, int]) -> tuple[int, int, float]:
    if isinstance(place, Between):
        return index[normalised(place.first)], index[normalised(place.second)], place.at
    assert place is not None
    bone = index[normalised(place)]
    return bone, bone, 0.0


def _explain(bone_map: BoneMap, missing: Sequence[str], bones: Sequence[str]) -> str:
    by_name = {normalised(bone): bone for bone in bones}
    parts = []
    for joint in missing:
        hints = [place for place in bone_map.places.get(joint, ()) if isinstance(place, str)]
        near: list[str] = []
        for hint in [*hints, joint]:
            near += difflib.get_close_matches(normalised(hint), by_name, n=2, cutoff=0.5)
        nearest = ", ".join(by_name[n] for n in dict.fromkeys(near)) or "none"
        expected = f"expected {' or '.join(hints)}, " if hints else ""
        parts.append(f"{joint} ({expected}nearest bones: {nearest})")
    return (
        f"the bones fit no known naming; the closest, {bone_map.name!r}, leaves {len(missing)} of 22 joints unmapped: "
        f"{'; '.join(parts)}. Write the map as YAML (see lamp/formats/bone_maps.yaml) and pass --bone-map FILE"
    )


@functools.cache
def named_maps() -> tuple[BoneMap, ...]:
    """The conventions that come with the project, in the order they are tried."""
    file = Path(__file__).with_name("bone_maps.yaml")
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple(_parse(name, entry, str(file)) for name, entry in entries.items())


def load_bone_map(path: Path) -> BoneMap:
    """A user's map: ``joints`` (and ``sides``) as in ``bone_maps.yaml``, or just ``our joint: bone`` lines."""
    try:
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError("bone_map", f"{path} is not readable as YAML: {error}") from error
    if not isinstance(entry, dict):
        raise InputError("bone_map", f"{path} holds no mapping; write lines such as 'left_knee: LeftLeg'")
    return _parse(path.name, entry if "joints" in entry else {"joints": entry}, str(path))


def _parse(name: str, entry: Mapping[str, Any], file: str) -> BoneMap:
    sides = entry.get("sides", ("left", "right"))
    if not isinstance(entry.get("joints"), dict) or not isinstance(sides, (list, tuple)) or len(sides) != 2:
        raise InputError("bone_map", f"{file}: {name} needs 'joints' (a mapping) and 'sides' of two names")
    places: dict[str, Alternatives] = {}
    for joint, value in entry["joints"].items():
        if joint in _SIDED:
            for ours, theirs in zip(("left", "right"), sides, strict=True):
                places[f"{ours}_{joint}"] = _alternatives(value, str(theirs), f"{file}: {joint}")
        elif joint in JOINT_NAMES:
            places[joint] = _alternatives(value, "", f"{file}: {joint}")
        else:
            near = ", ".join(difflib.get_close_matches(str(joint), [*JOINT_NAMES, *_SIDED], n=2, cutoff=0.3))
            raise InputError(
                "bone_map", f"{file}: {joint!r} is none of our joints; nearest: {near or 'none'}"
            )
    return BoneMap(name, places)


def _alternatives(value: Any, side: str, where: str) -> Alternatives:
    return tuple(_place(entry, side, where) for entry in (value if isinstance(value, list) else [value]))


def _place(value: Any, side: str, where: str) -> Place:
    if isinstance(value, str):
        return value.replace("{side}", side)
    if isinstance(value, dict) and set(value) == {"between", "at"} and len(value["between"]) == 2:
        first, second = (str(bone).replace("{side}", side) for bone in value["between"])
        return Between(first, second, float(value["at"]))
    raise InputError(
        "bone_map", f"{where}: {value!r} is neither a bone, a list, nor {{between: [A, B], at: share}}"
    )
