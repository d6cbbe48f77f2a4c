"""Height fields between a client's axes and the model's: columns and rows may change places and directions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.scene.heightfield import HeightField
from runtime.coordinates import CoordinateSystem

Array = NDArray[Any]


def field_to_model(
    heights: Array, column_spacing: float, row_spacing: float, coordinates: CoordinateSystem
) -> HeightField:
    """The field of client heights ``(rows, columns)``; columns run along the client's first horizontal axis."""
    column, row, up = _axes(coordinates)
    unit = coordinates.metres_per_unit
    along, across = column, row  # directions in model space: signed x or z
    values = np.asarray(heights, np.float64) * (up * unit)
    spacings = [column_spacing * unit, row_spacing * unit]
    if along[0] == 0.0:  # columns run along the model's z
        values, along, across = values.T, row, column
        spacings.reverse()
    if along[0] < 0:
        values = values[:, ::-1]
    if across[2] < 0:
        values = values[::-1]
    x = min(0.0, float(along[0])) * spacings[0] * (values.shape[1] - 1)
    z = min(0.0, float(across[2])) * spacings[1] * (values.shape[0] - 1)
    return HeightField(values, spacings[0], spacings[1], (x, z))


def field_from_model(
    field: HeightField, coordinates: CoordinateSystem
) -> tuple[Array, float, float, tuple[float, float, float]]:
    """Client heights ``(rows, columns)`` float32, the two spacings, and where in the model's frame of the field the
    first of them lies (x, 0, z): on the wire that is the origin."""
    column, row, up = _axes(coordinates)
    values, (rows, columns) = field.heights_m, field.heights_m.shape
    x, z = field.origin_m
    along, across = (column, row) if column[0] != 0.0 else (row, column)
    if along[0] < 0:
        values, x = values[:, ::-1], x + (columns - 1) * field.column_spacing_m
    if across[2] < 0:
        values, z = values[::-1], z + (rows - 1) * field.row_spacing_m
    spacings = [field.column_spacing_m, field.row_spacing_m]
    if column[0] == 0.0:
        values = values.T
        spacings.reverse()
    unit = coordinates.metres_per_unit
    heights = np.ascontiguousarray(values * (up / unit), np.float32)
    return heights, float(np.float32(spacings[0] / unit)), float(np.float32(spacings[1] / unit)), (x, 0.0, z)


def _axes(coordinates: CoordinateSystem) -> tuple[Array, Array, float]:
    """The client's first and second horizontal axis in model space, and the sign of its vertical one."""
    axes = coordinates.client_from_model
    horizontal = [axis for axis in axes if axis[1] == 0.0]
    vertical = next(axis for axis in axes if axis[1] != 0.0)
    return horizontal[0], horizontal[1], float(vertical[1])
