"""Quaternions: the group axioms, the singular directions, and the way back from matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lamp import rotations as r

_numbers = st.floats(-1, 1, allow_nan=False, width=32).map(float)
quaternions = (
    arrays(np.float64, (4,), elements=_numbers).filter(lambda q: np.linalg.norm(q) > 0.1).map(r.normalize)
)
directions = (
    arrays(np.float64, (3,), elements=_numbers).filter(lambda v: np.linalg.norm(v) > 0.1).map(r.normalize)
)
fast = settings(max_examples=60, deadline=None)


@fast
@given(quaternions, quaternions, quaternions, directions)
def test_axioms(a, b, c, v):
    assert np.allclose(r.multiply(r.multiply(a, b), c), r.multiply(a, r.multiply(b, c)))
    assert np.allclose(r.multiply(a, r.inverse(a)), r.IDENTITY)
    assert np.allclose(r.rotate(r.multiply(a, b), v), r.rotate(a, r.rotate(b, v)))
    assert np.allclose(r.rotate(r.inverse(a), r.rotate(a, v)), v)
    assert np.isclose(np.linalg.norm(r.rotate(a, v)), 1.0)


@fast
@given(quaternions)
def test_matrix_round_trip_has_positive_w(q):
    m = r.to_matrix(q)
    assert np.allclose(m @ m.T, np.eye(3)) and np.isclose(np.linalg.det(m), 1.0)
    back = r.from_matrix(m)
    assert back[3] >= 0
    assert np.isclose(abs(back @ q), 1.0)


@pytest.mark.parametrize("axis", range(3))
def test_half_turns_come_back_from_matrices(axis):
    q = np.zeros(4)
    q[axis] = 1.0
    assert np.isclose(abs(r.from_matrix(r.to_matrix(q)) @ q), 1.0)


@fast
@given(directions, directions)
def test_shortest_arc_takes_one_direction_to_the_other(u, v):
    q = r.shortest_arc(u, v)
    assert np.isclose(np.linalg.norm(q), 1.0)
    assert np.allclose(r.rotate(q, u), v, atol=2e-3)  # nearly antiparallel arcs may be off by the guard
    if u @ v > -0.99:
        assert np.allclose(r.rotate(q, u), v, atol=1e-9)
        assert np.isclose(2 * np.arccos(np.clip(q[3], -1, 1)), np.arccos(np.clip(u @ v, -1, 1)), atol=1e-6)


@fast
@given(directions)
def test_shortest_arc_of_opposite_directions_is_half_a_turn(u):
    q = r.shortest_arc(u, -u)
    assert np.isfinite(q).all() and np.isclose(np.linalg.norm(q), 1.0)
    assert np.allclose(r.rotate(q, u), -u, atol=1e-7)


def test_vectors_without_length_never_give_nan():
    assert np.isfinite(r.shortest_arc(np.zeros(3), np.array([0.0, 1.0, 0.0]))).all()
    assert (r.normalize(np.zeros((2, 3))) == 0).all()


@fast
@given(quaternions, quaternions, st.floats(0, 1))
def test_slerp_ends_sign_and_constant_speed(a, b, t):
    assert np.isclose(abs(r.slerp(a, b, np.array(0.0)) @ a), 1.0)
    assert np.isclose(abs(r.slerp(a, b, np.array(1.0)) @ b), 1.0)
    middle = r.slerp(a, b, np.array(t))
    assert np.isclose(np.linalg.norm(middle), 1.0)
    assume(abs(a @ b) > 1e-6)  # half a turn apart there are two shortest ways
    assert np.isclose(abs(r.slerp(a, -b, np.array(t)) @ middle), 1.0, atol=1e-6)
    whole = np.arccos(np.clip(abs(a @ b), 0, 1))
    part = np.arccos(np.clip(abs(a @ middle), 0, 1))
    assert np.isclose(part, t * whole, atol=1e-3)


def test_yaw_turns_forward_towards_the_left_hand():
    assert np.allclose(r.rotate(r.yaw(np.pi / 2), np.array([0.0, 0.0, 1.0])), [1.0, 0.0, 0.0])


def test_leading_dimensions_broadcast(rng):
    q = r.normalize(rng.standard_normal((2, 5, 4)))
    v = rng.standard_normal((2, 5, 3))
    one = np.stack([[r.rotate(q[i, j], v[i, j]) for j in range(5)] for i in range(2)])
    assert np.allclose(r.rotate(q, v), one)
    assert np.allclose(r.from_matrix(r.to_matrix(q)) * np.sign(q[..., 3:]), q)
