"""A mesh file that came through the browser."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from lamp.errors import InputError
from lamp.scene.mesh import TriangleMesh
from lamp.scene.mesh_file import load_mesh

SUFFIXES = (".obj", ".stl", ".ply", ".glb", ".gltf", ".off")
MAX_FILE_MIB = 64


def read_mesh(name: str, content: bytes, up: str, metres_per_unit: float) -> TriangleMesh:
    """The triangles, centred over the origin, so that the gizmo is in their middle. ``InputError`` says why not."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(name, f"is none of {', '.join(SUFFIXES)}")
    if len(content) > MAX_FILE_MIB * 1024 * 1024:
        raise InputError(name, f"has {len(content) / 2**20:.0f} MiB; at most {MAX_FILE_MIB} are read")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"mesh{suffix}"
        file.write_bytes(content)
        try:
            mesh = load_mesh(file, metres_per_unit=metres_per_unit, up=up)
        except InputError as error:
            raise InputError(name, error.problem.replace(str(file), "the file")) from error
    middle = 0.5 * (mesh.vertices_m.min(axis=0) + mesh.vertices_m.max(axis=0))
    return TriangleMesh(mesh.vertices_m - middle.astype(np.float32), mesh.triangles)
