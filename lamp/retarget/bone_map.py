"""Names: which bone of a rig each joint of the standard skeleton drives. Built-in maps are YAML files in ``maps``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from lamp.errors import InputError
from lamp.skeleton import JOINT_NAMES

_MAPS = Path(__file__).parent / "maps"
_KEYS = ("name", "bones", "optional", "prefixes", "extra", "faces")
_SPINE = ("spine1", "spine2", "spine3")
# Without these nothing on the rig could move like a person; one of the three spine joints is needed as well.
REQUIRED = (
    "pelvis", "head",
    "left_hip", "left_knee", "left_ankle", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "right_shoulder", "right_elbow", "right_wrist",
)  # fmt: skip


@dataclass(frozen=True)
class Extra:
    """A bone that no joint drives: it hangs on ``parent`` and rests. ``at``: how far from there to ``towards`` it sits.

    ``chain``: the bone ``towards`` hangs on this one, not on ``parent``. No parent: it is on the floor and carries
    the pelvis.
    """

    parent: str | None
    towards: str | None = None
    at: float = 0.0
    chain: bool = False


@dataclass(frozen=True)
class BoneMap:
    """bones: joint name -> bone name. A rig may lack the ``optional`` joints. A rig's bones may have any of
    ``prefixes`` before their name (the first is written). extra: further bones of a rig made from this map.
    ``faces`` "+z" or "-z": where a rig made from this map looks at rest.
    """

    name: str
    bones: Mapping[str, str]
    optional: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ("",)
    extra: Mapping[str, Extra] = field(default_factory=dict)
    faces: str = "+z"

    def __post_init__(self) -> None:
        where = f"bone map {self.name!r}"
        for joint in self.bones:
            if joint not in JOINT_NAMES:
                raise InputError(
                    f"{where}: {joint}", f"is no joint of the skeleton; {_did_you_mean(joint, JOINT_NAMES)}"
                )
        missing = [joint for joint in REQUIRED if joint not in self.bones]
        if missing:
            raise InputError(
                where, f"names no bone for {', '.join(missing)}; add a line for each under bones"
            )
        if not any(joint in self.bones for joint in _SPINE):
            raise InputError(where, f"names no bone of the spine; add at least one of {', '.join(_SPINE)}")
        seen: dict[str, str] = {}
        for joint, bone in self.bones.items():
            if bone in seen:
                raise InputError(
                    f"{where}: {bone}", f"is the bone of both {seen[bone]} and {joint}; give each its own"
                )
            seen[bone] = joint
        if self.faces not in ("+z", "-z"):
            raise InputError(f"{where}: faces", f"is {self.faces!r}; it must be +z or -z")

    def written(self, bone: str) -> str:
        """The full name of a bone, prefix included."""
        return self.prefixes[0] + bone

    def find(self, joint: str, names: Iterable[str]) -> str | None:
        """The one of ``names`` that is the bone of ``joint``; None if an optional one is not among them."""
        names = set(names)
        bone = self.bones.get(joint)
        if bone is None:
            return None
        for prefix in self.prefixes:
            if prefix + bone in names:
                return prefix + bone
        if joint in self.optional:
            return None
        raise InputError(
            f"bone {self.written(bone)}",
            f"is missing in the rig, and bone map {self.name!r} needs it for {joint}; {_did_you_mean(bone, names)}",
        )


def bone_map_names() -> list[str]:
    """Names of the built-in maps."""
    return sorted(path.stem for path in _MAPS.glob("*.yaml"))


def bone_map(name: str) -> BoneMap:
    """A built-in map by name. ``InputError`` lists them."""
    known = bone_map_names()
    if name not in known:
        raise InputError(f"bone map {name!r}", f"is unknown; use {', '.join(known)} or a YAML file")
    return parse_bone_map(read_yaml(_MAPS / f"{name}.yaml"), name)


def parse_bone_map(content: Mapping[str, Any], source: str) -> BoneMap:
    """A map from the content of a YAML file; ``source`` names the file in messages."""
    unknown = [key for key in content if key not in _KEYS]
    if unknown:
        raise InputError(f"{source}: {unknown[0]}", f"is no key of a bone map; use {', '.join(_KEYS)}")
    bones = content.get("bones")
    if not isinstance(bones, dict) or not all(isinstance(v, str) and v for v in bones.values()):
        raise InputError(f"{source}: bones", "must list joint: bone, one a line")
    return BoneMap(
        name=str(content.get("name", source)),
        bones=dict(bones),
        optional=frozenset(_texts(content, "optional", source)),
        prefixes=tuple(_texts(content, "prefixes", source)) or ("",),
        extra={
            name: _extra(given, f"{source}: extra.{name}")
            for name, given in (content.get("extra") or {}).items()
        },
        faces=str(content.get("faces", "+z")),
    )


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. ``InputError`` when it cannot be read or is none."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(str(path), f"cannot be read as YAML: {error}") from error
    if not isinstance(content, dict):
        raise InputError(str(path), "holds no mapping; see docs/retargeting.md for what belongs in it")
    return content


def _texts(content: Mapping[str, Any], key: str, source: str) -> list[str]:
    values = content.get(key) or []
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise InputError(f"{source}: {key}", "must be a list of names")
    return values


def _extra(given: Any, where: str) -> Extra:
    try:
        extra = Extra(**given)
    except TypeError as error:
        raise InputError(where, f"is not understood ({error}); give parent, towards, at, chain") from error
    if not 0.0 <= extra.at <= 1.0:
        raise InputError(f"{where}.at", f"is {extra.at}; it must be 0 to 1")
    return extra


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"there is {', '.join(known[:40])}"
