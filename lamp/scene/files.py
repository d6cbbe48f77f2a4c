"""Geometry and distance grids as files: safetensors, never pickle. What is read is checked like anything foreign."""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from lamp.errors import InputError
from lamp.scene.geometry import Geometry
from lamp.scene.grid import DistanceGrid
from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.mesh import TriangleMesh

Array = NDArray[Any]
FORMAT = 1  # of grids: count up whenever the same geometry would give other distances
TEMPORARY = ".new-"  # files whose name begins with it are being written, or were left by a crash


class DamagedFileError(ValueError):
    """A file does not hold what it should; the message says what is wrong."""


def save_grid(path: Path, grid: DistanceGrid, note: Mapping[str, Any] | None = None) -> None:
    """Write ``grid`` so that ``path`` either holds all of it or is as before. ``note``: JSON values kept with it."""
    about = {
        "format": FORMAT, "id": grid.id, "low_m": grid.low_m, "cell_m": grid.cell_m, "sign_rule": grid.sign_rule,
        "problem": grid.problem, "crc32": zlib.crc32(grid.values.data), "note": dict(note or {}),
    }  # fmt: skip
    _write(path, {"values": grid.values}, about)


def load_grid(path: Path) -> tuple[DistanceGrid, dict[str, Any]]:
    """The grid and its note. ``DamagedFileError`` for a file that is torn, altered, or of another format."""
    tensors, about = _read(path, ("values",))
    try:
        if about["format"] != FORMAT:
            raise DamagedFileError(f"{path} has format {about['format']}; this program writes {FORMAT}")
        if zlib.crc32(np.ascontiguousarray(tensors["values"]).data) != about["crc32"]:
            raise DamagedFileError(f"{path} was altered: its checksum is wrong")
        x, y, z = map(float, about["low_m"])
        grid = DistanceGrid(
            str(about["id"]), (x, y, z), float(about["cell_m"]), tensors["values"], about["sign_rule"],
            str(about["problem"]),
        )  # fmt: skip
        return grid, dict(about["note"])
    except (KeyError, TypeError, ValueError) as error:
        raise (
            error if isinstance(error, DamagedFileError) else DamagedFileError(f"{path}: {error}")
        ) from error


def save_geometry(path: Path, geometry: Geometry) -> None:
    """Write ``geometry`` as it is."""
    if isinstance(geometry, TriangleMesh):
        _write(path, {"vertices": geometry.vertices_m, "triangles": geometry.triangles}, {"kind": "mesh"})
    elif isinstance(geometry, ConvexHull):
        _write(path, {"points": geometry.points_m}, {"kind": "hull"})
    else:
        sizes = {
            "spacing_m": (geometry.column_spacing_m, geometry.row_spacing_m),
            "origin_m": geometry.origin_m,
        }
        _write(path, {"heights": geometry.heights_m}, {"kind": "field", **sizes})


def load_geometry(path: Path) -> Geometry:
    """What ``save_geometry`` wrote. ``DamagedFileError`` when it is not that, ``InputError`` for unusable values."""
    tensors, about = _read(path, ())
    try:
        if about["kind"] == "mesh":
            return TriangleMesh(tensors["vertices"], tensors["triangles"])
        if about["kind"] == "hull":
            return ConvexHull(tensors["points"])
        (column, row), (x, z) = about["spacing_m"], about["origin_m"]
        return HeightField(tensors["heights"], float(column), float(row), (float(x), float(z)))
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedFileError(f"{path} holds no geometry: {error}") from error


def _write(path: Path, tensors: dict[str, Array], about: Mapping[str, Any]) -> None:
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    handle, new = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(save(contiguous, {"about": json.dumps(about)}))
        Path(new).replace(path)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise


def _read(path: Path, names: tuple[str, ...]) -> tuple[dict[str, Array], dict[str, Any]]:
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {})["about"])
            tensors = {name: file.get_tensor(name) for name in names or file.keys()}
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise DamagedFileError(f"{path} cannot be read: {error}") from error
    if not isinstance(about, dict):
        raise DamagedFileError(f"{path} has no description of what it holds")
    return tensors, about
