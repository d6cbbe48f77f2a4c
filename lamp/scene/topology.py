"""Which triangles of a mesh hang together, which of them enclose a volume, and how they are wound.

Assets are seldom clean: vertices are split along seams, faces are doubled, wound at random, shrunk to nothing, and one
mesh holds many overlapping pieces. All of this is sorted out here, per connected piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lamp.scene.mesh import TriangleMesh

Array = NDArray[Any]
WELD_M = 1e-5  # corners nearer than this are one; float32 is no finer at 100 m
_NO_AREA_M2 = 1e-10
_MOST_NESTED = 2000  # pieces beyond it are taken as not nested: telling costs their number squared


@dataclass(frozen=True)
class Surface:
    """A welded mesh without doubled or collapsed triangles.

    corners ``(V, 3)`` float64 m, triangles ``(F, 3)``. closed ``(F,)``: whether its piece encloses a volume.
    coherent ``(F,)``: whether it also is wound outwards throughout; where not, only the parity of crossings tells
    what is inside.
    """

    corners: Array
    triangles: Array
    closed: Array
    coherent: Array
    pieces: int
    open_pieces: int
    open_edges: int
    degenerate: int
    doubled: int
    rewound: int  # triangles wound against the rest of their piece
    inside_out: int  # closed pieces whose faces look inwards and that no other piece encloses


def examine(mesh: TriangleMesh) -> Surface:
    """The surface of ``mesh``; ``closed`` has no true entry if none of it encloses a volume."""
    corners, triangles = _weld(mesh)
    collapsed = (triangles == np.roll(triangles, 1, axis=1)).any(1)
    triangles = triangles[~collapsed]
    _, once = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)
    doubled = len(triangles) - len(once)
    triangles = triangles[np.sort(once)]
    areas = 0.5 * np.linalg.norm(_doubled_areas(corners, triangles), axis=-1)
    edges = _Edges.of(triangles)
    piece_count, piece = edges.pieces()
    open_of = np.bincount(piece[edges.owner], weights=edges.odd, minlength=piece_count)
    closed = open_of[piece] == 0
    flipped, coherent, rewound, inside_out = _wind(
        corners, triangles, areas, edges, piece, piece_count, closed
    )
    triangles = np.where(flipped[:, None], triangles[:, ::-1], triangles)
    return Surface(
        corners, triangles, closed, coherent, piece_count, int((open_of > 0).sum()), edges.open_count,
        int(collapsed.sum() + (areas < _NO_AREA_M2).sum()), doubled, rewound, inside_out,
    )  # fmt: skip


def _weld(mesh: TriangleMesh) -> tuple[Array, Array]:
    """Corners without doubles (first one kept), and triangles of them."""
    points = mesh.vertices_m.astype(np.float64)
    reach = float(np.abs(points).max())
    keys = np.round(points / max(WELD_M, 1e-7 * reach)).astype(np.int64)
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return points[first], inverse.reshape(-1)[mesh.triangles]


def _doubled_areas(corners: Array, triangles: Array) -> Array:
    a, b, c = corners[triangles].swapaxes(0, 1)
    return np.cross(b - a, c - a)


@dataclass(frozen=True)
class _Edges:
    """The sides of all triangles, sorted so that those with the same two corners are neighbours."""

    owner: Array  # (3F,) triangle
    forward: Array  # (3F,) whether it runs from the lower corner to the higher one
    group: Array  # (3F,) number of its pair of corners
    sizes: Array  # (E,) sides per pair
    triangles: int

    @classmethod
    def of(cls, triangles: Array) -> _Edges:
        start, end = triangles.reshape(-1), np.roll(triangles, -1, axis=1).reshape(-1)
        key = np.minimum(start, end) * (int(triangles.max(initial=0)) + 1) + np.maximum(start, end)
        order = np.argsort(key, kind="stable")
        new = np.r_[True, np.diff(key[order]) != 0]
        group = np.cumsum(new) - 1
        return cls(
            np.repeat(np.arange(len(triangles)), 3)[order], (start < end)[order], group, np.bincount(group),
            len(triangles),
        )  # fmt: skip

    @property
    def odd(self) -> Array:
        """(3F,) whether a side belongs to a pair of corners with an odd number of sides: the surface ends there."""
        return self.sizes[self.group] % 2 == 1

    @property
    def open_count(self) -> int:
        return int((self.sizes % 2 == 1).sum())

    def neighbours(self) -> tuple[Array, Array, Array]:
        """For each side but the first of its pair: the first side's triangle, its own, and whether they agree."""
        first = np.r_[0, np.cumsum(self.sizes)[:-1]][self.group]
        later = np.arange(len(self.group)) != first
        return self.owner[first[later]], self.owner[later], (self.forward[first] != self.forward)[later]

    def pieces(self) -> tuple[int, Array]:
        one, other, _ = self.neighbours()
        return _components(one, other, self.triangles)


def _components(one: Array, other: Array, count: int) -> tuple[int, Array]:
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(count, count))
    number, label = connected_components(graph, directed=False)
    return int(number), label


def _wind(
    corners: Array, triangles: Array, areas: Array, edges: _Edges, piece: Array, count: int, closed: Array
) -> tuple[Array, Array, int, int]:
    """Which triangles to flip so that pieces look outwards, which pieces can, how many were odd, and inside out.

    Coherent winding is found as components of a graph with two nodes per triangle, one for each way to wind it.
    """
    f = len(triangles)
    one, other, agree = edges.neighbours()
    kept, swapped = np.where(agree, other, other + f), np.where(agree, other + f, other)
    _, label = _components(np.r_[one, one + f], np.r_[kept, swapped], 2 * f)
    flipped = label[:f] > label[f:]
    branched = np.zeros(count, bool)
    branched[piece[edges.owner[edges.sizes[edges.group] > 2]]] = True  # more than two meet: no single winding
    branched[piece[label[:f] == label[f:]]] = True  # a Klein bottle
    against = np.bincount(piece, weights=areas * flipped, minlength=count)
    total = np.bincount(piece, weights=areas, minlength=count)
    flipped ^= (against > 0.5 * total)[piece]  # as the larger part was wound
    coherent = closed & ~branched[piece]
    rewound = int((flipped & coherent).sum())
    a, b, c = corners[triangles].swapaxes(0, 1)
    tops = np.where(flipped, -1.0, 1.0) * (a * np.cross(b, c)).sum(-1)
    volume = np.bincount(piece, weights=tops, minlength=count)
    wound = np.where(volume < 0, -1, 1)
    outward, inside_out = _outward(corners, triangles, piece, count, coherent, wound)
    # A shell that lies within another and is wound the other way is a hollow: it looks into the room it encloses.
    flipped ^= (wound * outward < 0)[piece]
    return flipped, coherent, rewound, inside_out


def _outward(
    corners: Array, triangles: Array, piece: Array, count: int, coherent: Array, wound: Array
) -> tuple[Array, int]:
    """Per piece +1 for a body, -1 for a hollow within one, and the number of outer pieces that were inside out."""
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    boxes = corners[triangles]
    np.minimum.at(low, piece, boxes.min(1))
    np.maximum.at(high, piece, boxes.max(1))
    outward = np.ones(count, int)
    whole = np.unique(piece[coherent])
    by_size = whole[np.argsort(-np.prod(high[whole] - low[whole], axis=1))]
    outer: list[int] = []
    for one in by_size:
        if len(outer) < _MOST_NESTED:
            around = np.array(outer, int)
            within = (low[around] < low[one]).all(1) & (high[around] > high[one]).all(1)
            if within.any():
                outward[one] = wound[one] * wound[around[int(np.argmax(within))]]
                continue
        outer.append(int(one))
    return outward, int((wound[outer] < 0).sum())
