"""Axes of the engines as a table of its own, not derived from ``runtime.coordinates``: one checks the other.

From the facts about each engine (docs/conventions.md says the same in words): what position (x, y, z) in metres and
rotation (x, y, z, w) of the model become.
"""

from __future__ import annotations

from collections.abc import Sequence

FROM_MODEL = {
    "MODEL": lambda x, y, z: (x, y, z),
    "GLTF": lambda x, y, z: (x, y, z),
    "UNITY": lambda x, y, z: (-x, y, z),
    "UNREAL": lambda x, y, z: (100 * z, 100 * -x, 100 * y),
    "BLENDER": lambda x, y, z: (x, -z, y),
}
TO_MODEL = {
    "MODEL": lambda x, y, z: (x, y, z),
    "GLTF": lambda x, y, z: (x, y, z),
    "UNITY": lambda x, y, z: (-x, y, z),
    "UNREAL": lambda x, y, z: (-y / 100, z / 100, x / 100),
    "BLENDER": lambda x, y, z: (x, z, -y),
}
ROTATION_FROM_MODEL = {
    "MODEL": lambda x, y, z, w: (x, y, z, w),
    "GLTF": lambda x, y, z, w: (x, y, z, w),
    "UNITY": lambda x, y, z, w: (x, -y, -z, w),
    "UNREAL": lambda x, y, z, w: (-z, x, -y, w),
    "BLENDER": lambda x, y, z, w: (x, -z, y, w),
}
ROTATION_TO_MODEL = {
    "MODEL": lambda x, y, z, w: (x, y, z, w),
    "GLTF": lambda x, y, z, w: (x, y, z, w),
    "UNITY": lambda x, y, z, w: (x, -y, -z, w),
    "UNREAL": lambda x, y, z, w: (y, -z, -x, w),
    "BLENDER": lambda x, y, z, w: (x, z, -y, w),
}
METRES_PER_UNIT = {"MODEL": 1.0, "GLTF": 1.0, "UNITY": 1.0, "UNREAL": 0.01, "BLENDER": 1.0}


def told(convention: str, *position_m: float) -> str:
    """A position of the model as words of a command, in the client's axes and unit."""
    return " ".join(f"{v:.6f}" for v in FROM_MODEL[convention](*position_m))


def extents(convention: str, *half_m: float) -> str:
    """Half extents of the model as words of a command: sizes lose their signs."""
    return " ".join(f"{abs(v):.6f}" for v in FROM_MODEL[convention](*half_m))


def length(convention: str, metres: float) -> str:
    """A length as a word of a command."""
    return f"{metres / METRES_PER_UNIT[convention]:.6f}"


def heard(convention: str, position: Sequence[float]) -> tuple[float, float, float]:
    """What a client said is at ``position``, in the model's axes and metres."""
    x, y, z = TO_MODEL[convention](*position)
    return x, y, z
