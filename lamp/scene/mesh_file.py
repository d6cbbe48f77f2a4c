"""Mesh files of other programs (glTF, OBJ, STL, PLY ...), read with trimesh where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lamp.errors import InputError
from lamp.scene.mesh import TriangleMesh


def load_mesh(path: str | Path, *, metres_per_unit: float = 1.0, up: str = "y") -> TriangleMesh:
    """All triangles of a file as one mesh in model space (metres, Y up, right-handed).

    metres_per_unit: 0.01 for a file in centimetres. up: "y", or "z" for files whose Z axis points up (then -Y is
    forward, as in Blender). Raises ``InputError`` when trimesh is not installed or the file holds no triangles.
    """
    try:
        import trimesh
    except ImportError:
        raise InputError(
            "path", "reading mesh files needs trimesh: pip install 'lamp-motion[mesh]'"
        ) from None
    if up not in ("y", "z"):
        raise InputError("up", f"{up!r} is unknown; use 'y' or 'z'")
    if not Path(path).is_file():
        raise InputError("path", f"{path} does not exist")
    try:
        mesh = trimesh.load_mesh(Path(path), process=False)
    except Exception as error:  # trimesh's readers raise whatever their parsers do
        raise InputError("path", f"{path} cannot be read as a mesh: {error}") from error
    vertices = np.asarray(mesh.vertices, np.float64) * metres_per_unit
    if len(mesh.faces) == 0:
        raise InputError("path", f"{path} holds no triangles")
    if up == "z":
        vertices = vertices[:, [0, 2, 1]] * (1.0, 1.0, -1.0)
    return TriangleMesh(vertices, np.asarray(mesh.faces, np.int64))
