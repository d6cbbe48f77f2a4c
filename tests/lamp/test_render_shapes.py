"""Ray intersections against independent signed distances: every hit lies on the surface, no hit is missed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lamp import rotations
from lamp.render.shapes import Array, Box, Cylinder, Ellipsoid, RoundCone, Solid

Distance = Callable[[Array], Array]
TURN = rotations.to_matrix(rotations.normalize(np.array([0.3, -0.5, 0.2, 0.7])))
CENTRE = np.array([0.2, -0.1, 0.3])


def local(points: Array) -> Array:
    return (points - CENTRE) @ TURN


def round_cone_distance(a: Array, b: Array, ra: float, rb: float) -> Distance:
    """Least distance to any of many spheres between the ends."""
    share = np.linspace(0, 1, 301)[:, None]
    centres, radii = a + share * (b - a), ra + share[:, 0] * (rb - ra)
    return lambda p: np.min(np.linalg.norm(p[:, None] - centres, axis=-1) - radii, axis=1)


def box_distance(p: Array) -> Array:
    q = np.abs(local(p)) - [0.4, 0.2, 0.3]
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)


def cylinder_distance(p: Array) -> Array:
    q = local(p)
    d = np.stack([np.hypot(q[:, 0], q[:, 2]) - 0.25, np.abs(q[:, 1]) - 0.5], axis=1)
    return np.linalg.norm(np.maximum(d, 0), axis=1) + np.minimum(d.max(axis=1), 0)


def ellipsoid_level(p: Array) -> Array:
    return 0.2 * (np.linalg.norm(local(p) / [0.4, 0.2, 0.3], axis=1) - 1)


A, B = np.array([0.0, 0.1, 0.0]), np.array([0.5, 0.6, -0.2])
CASES: dict[str, tuple[Solid, Distance]] = {
    "narrowing": (RoundCone(A, B, 0.3, 0.1), round_cone_distance(A, B, 0.3, 0.1)),
    "widening": (RoundCone(A, B, 0.1, 0.25), round_cone_distance(A, B, 0.1, 0.25)),
    "capsule": (RoundCone(A, B, 0.15, 0.15), round_cone_distance(A, B, 0.15, 0.15)),
    "sphere": (RoundCone(A, A, 0.3, 0.3), round_cone_distance(A, A, 0.3, 0.3)),
    "swallowed": (RoundCone(A, A + 0.05, 0.4, 0.1), round_cone_distance(A, A + 0.05, 0.4, 0.1)),
    "box": (Box(CENTRE, np.array([0.4, 0.2, 0.3]), TURN), box_distance),
    "cylinder": (Cylinder(CENTRE, 0.25, 0.5, TURN), cylinder_distance),
    "ellipsoid": (Ellipsoid(CENTRE, np.array([0.4, 0.2, 0.3]), TURN), ellipsoid_level),
}


@pytest.fixture(params=CASES, ids=list(CASES))
def case(request: pytest.FixtureRequest) -> tuple[Solid, Distance]:
    return CASES[request.param]


def rays(count: int = 120) -> tuple[Array, Array]:
    rng = np.random.default_rng(3)
    origin = np.array([1.9, 1.3, -2.1])
    aim = rng.normal(size=(count, 3)) * 0.35 + CENTRE
    return origin, rotations.normalize(aim - origin)


def first_crossing(distance: Distance, origin: Array, direction: Array) -> Array:
    """First sampled place along each ray that is inside; ``inf`` where there is none."""
    steps = np.linspace(1.5, 4.5, 301)
    inside = np.stack([distance(origin + s * direction) < 0 for s in steps], axis=1)
    return np.where(inside.any(axis=1), steps[inside.argmax(axis=1)], np.inf)


def test_hits_are_on_the_surface_and_complete(case: tuple[Solid, Distance]) -> None:
    solid, distance = case
    origin, direction = rays()
    found = solid.distance(origin, direction)
    hit = np.isfinite(found)
    assert 15 < hit.sum() < 118
    points = origin + found[hit, None] * direction[hit]
    np.testing.assert_allclose(distance(points), 0, atol=2e-4)
    expected = first_crossing(distance, origin, direction)
    both = hit & np.isfinite(expected)
    np.testing.assert_allclose(found[both], expected[both], atol=0.011)
    assert (np.isfinite(expected) & ~hit).sum() == 0
    assert (hit & ~np.isfinite(expected)).sum() <= 2  # grazing rays that the samples step over


def test_normals_are_gradients(case: tuple[Solid, Distance]) -> None:
    solid, distance = case
    origin, direction = rays()
    found = solid.distance(origin, direction)
    points = (origin + found[:, None] * direction)[np.isfinite(found)]
    step = 1e-4 * np.eye(3)
    slope = np.stack([distance(points + s) - distance(points - s) for s in step], axis=1)
    agreement = np.sum(rotations.normalize(slope) * solid.normal(points), axis=1)
    assert np.mean(agreement > 0.995) > 0.97  # the rest: edges of box and cylinder


def test_parallel_rays_agree_with_a_shared_origin(case: tuple[Solid, Distance]) -> None:
    solid, _ = case
    direction = rotations.normalize(np.array([-0.6, -0.5, 0.8]))
    origins = CENTRE - 3 * direction + np.random.default_rng(1).normal(size=(50, 3)) * 0.2
    together = solid.distance(origins, direction)
    one_by_one = [solid.distance(o, direction[None])[0] for o in origins]
    assert np.isfinite(together).any()
    np.testing.assert_allclose(together, one_by_one, atol=1e-9)


def test_bounds_hold_the_solid(case: tuple[Solid, Distance]) -> None:
    solid, _ = case
    origin, direction = rays()
    found = solid.distance(origin, direction)
    points = (origin + found[:, None] * direction)[np.isfinite(found)]
    spheres = solid.bounds()
    low = (spheres[:, :3] - spheres[:, 3:]).min(axis=0) - 1e-6
    high = (spheres[:, :3] + spheres[:, 3:]).max(axis=0) + 1e-6
    assert (points >= low).all() and (points <= high).all()
