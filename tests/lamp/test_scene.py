"""Signed distances against brute force, their gradients, and fast obstacles that must not be missed."""

from __future__ import annotations

import numpy as np
import pytest

from lamp import rotations
from lamp.errors import InputError
from lamp.scene import Obstacle
from lamp.scene.distance import FAR_M, pack, swept_distance
from lamp.scene.penetration import penetration_m

TILT = tuple(rotations.normalize(np.array([0.3, -0.2, 0.5, 0.8])).tolist())
SHAPES = {
    "sphere": Obstacle("sphere", (0.3, 1.0, -0.2), (0.4, 1.0, 1.0), TILT),
    "capsule": Obstacle("capsule", (0.3, 1.0, -0.2), (0.25, 0.5, 1.0), TILT),
    "box": Obstacle("box", (0.3, 1.0, -0.2), (0.2, 0.6, 0.35), TILT),
    "cylinder": Obstacle("cylinder", (0.3, 1.0, -0.2), (0.3, 0.45, 1.0), TILT),
    "plane": Obstacle("plane", (0.3, 1.0, -0.2), (0.3, 0.3, 0.3), TILT),
}
shapes = pytest.mark.parametrize("name", sorted(SHAPES))


def distance(points, obstacle):
    """Signed distance of ``points (J, 3)`` to one obstacle at its own time."""
    return swept_distance(points[None], pack([obstacle], np.array([obstacle.time_s])))[0][0, :, 0]


def surface(obstacle, rng, count=60_000):
    """Points on the surface of a shape, in the world."""
    r, h, d = obstacle.size_m
    direction = rotations.normalize(rng.standard_normal((count, 3)))
    around = rotations.normalize(direction * [1, 0, 1])
    u = rng.uniform(-1, 1, (count, 3))
    if obstacle.shape == "sphere":
        p = r * direction
    elif obstacle.shape == "capsule":
        on_side = rng.random(count) < 0.5
        cap = r * direction + np.sign(direction[:, 1:2]) * [[0, h, 0]]
        p = np.where(on_side[:, None], r * around + u[:, :1] * [[0, h, 0]], cap)
    elif obstacle.shape == "cylinder":
        on_side = rng.random(count) < 0.5
        lid = around * r * np.sqrt(rng.random((count, 1))) + np.sign(u[:, :1]) * [[0, h, 0]]
        p = np.where(on_side[:, None], r * around + u[:, :1] * [[0, h, 0]], lid)
    elif obstacle.shape == "box":
        face = rng.integers(0, 3, count)
        u[np.arange(count), face] = np.sign(u[np.arange(count), face])
        p = u * [r, h, d]
    else:
        p = u * [2.5, 0, 2.5]
    return rotations.rotate(np.array(obstacle.orientation_xyzw), p) + obstacle.position_m


def inside(points, obstacle):
    p = rotations.rotate(
        rotations.inverse(np.array(obstacle.orientation_xyzw)), points - np.array(obstacle.position_m)
    )
    r, h, d = obstacle.size_m
    flat = np.hypot(p[:, 0], p[:, 2])
    along = np.maximum(np.abs(p[:, 1]) - h, 0)
    return {
        "sphere": np.linalg.norm(p, axis=-1) < r,
        "capsule": np.hypot(flat, along) < r,
        "box": (np.abs(p) < [r, h, d]).all(-1),
        "cylinder": (flat < r) & (np.abs(p[:, 1]) < h),
        "plane": p[:, 1] < 0,
    }[obstacle.shape]


@shapes
def test_distance_agrees_with_a_sampled_surface(name, rng):
    obstacle = SHAPES[name]
    points = rng.uniform(-1, 1, (60, 3)) * rng.random((60, 1)) + obstacle.position_m
    samples = surface(obstacle, rng)
    nearest = np.array([np.linalg.norm(samples - p, axis=-1).min() for p in points])
    expected = np.where(inside(points, obstacle), -nearest, nearest)
    assert (expected < 0).any() and (expected > 0).any()
    assert np.abs(distance(points, obstacle) - expected).max() < 0.03


@shapes
def test_gradient_has_unit_length_and_matches_finite_differences(name, rng):
    torch = pytest.importorskip("torch")
    obstacle = SHAPES[name]
    points = torch.from_numpy(rng.uniform(-1, 1, (200, 3)) + obstacle.position_m).requires_grad_()
    scene = pack([obstacle], np.zeros(1))
    tensors = type(scene)(*(torch.from_numpy(a).double() for a in vars(scene).values()))
    found = swept_distance(points[None], tensors, torch)[0][0, :, 0]
    (gradient,) = torch.autograd.grad(found.sum(), points)
    outside = found.detach().numpy() > 0.01  # within a shape edges of equal depth have no gradient
    assert outside.sum() > 20
    assert np.allclose(gradient.norm(dim=-1).numpy()[outside], 1.0, atol=5e-3)
    h = 1e-5
    for axis in range(3):
        step = np.zeros(3)
        step[axis] = h
        plain = points.detach().numpy()
        slope = (distance(plain + step, obstacle) - distance(plain - step, obstacle)) / (2 * h)
        assert np.median(np.abs(slope - gradient[:, axis].numpy())) < 1e-5
        assert np.abs(slope - gradient[:, axis].numpy())[outside].max() < 2e-2


@shapes
def test_turning_and_moving_everything_changes_nothing(name, rng):
    obstacle = SHAPES[name]
    q, shift = rotations.normalize(rng.standard_normal(4)), rng.standard_normal(3)
    points = rng.uniform(-1, 1, (50, 3)) + obstacle.position_m
    moved = Obstacle(
        obstacle.shape,
        tuple(rotations.rotate(q, np.array(obstacle.position_m)) + shift),
        obstacle.size_m,
        tuple(rotations.multiply(q, np.array(obstacle.orientation_xyzw))),
    )
    again = distance(rotations.rotate(q, points) + shift, moved)
    assert np.allclose(distance(points, obstacle), again, atol=2e-6)


def test_a_moving_turning_obstacle_is_where_it_should_be():
    plank = Obstacle("box", (1.0, 1.0, 0.0), (1.0, 0.1, 0.1), linear_velocity_mps=(0.0, 0.0, 2.0),
                     angular_velocity_radps=(0.0, np.pi / 2, 0.0), time_s=3.0)  # fmt: skip
    position, turn = plank.at(4.0)
    assert np.allclose(position, [1.0, 1.0, 2.0])
    assert np.allclose(rotations.rotate(turn, np.array([1.0, 0.0, 0.0])), [0.0, 0.0, -1.0], atol=1e-9)
    scene = pack([plank], np.array([3.0, 4.0]))
    tip = np.array([[[2.0, 1.0, 0.0]], [[1.0, 1.0, 1.0]]])  # its end, before and after a quarter turn
    assert np.allclose(swept_distance(tip, scene)[0][:, 0, 0], 0.0, atol=1e-4)


@pytest.mark.parametrize("shape", ["sphere", "capsule", "box", "cylinder"])
def test_a_bullet_does_not_tunnel_between_frames(shape):
    bullet = Obstacle(shape, (-0.5, 1.0, 0.0), (0.05, 0.05, 0.05), linear_velocity_mps=(20.0, 0.0, 0.0))
    times = np.arange(2) / 20.0  # 1 m per frame: at -0.5 and at +0.5, never near the joint at a frame
    scene = pack([bullet], times)
    joint = np.zeros((2, 1, 3)) + [0.0, 1.0, 0.0]
    frames, between = swept_distance(joint, scene)
    assert frames[..., 0].min() > 0.4
    assert between[..., 0].min() <= -0.049
    assert penetration_m(np.repeat(joint, 22, 1), [bullet], times).min() >= 0.099


def test_spin_is_about_world_axes():
    """A plank that lies along z (a quarter turn about y) and is spun about the world's x stands up."""
    half = np.sqrt(0.5)
    plank = Obstacle("box", (0.0, 0.0, 0.0), (1.0, 0.1, 0.1), (0.0, half, 0.0, half),
                     angular_velocity_radps=(np.pi / 2, 0.0, 0.0))  # fmt: skip
    end = rotations.rotate(plank.at(1.0)[1], np.array([1.0, 0.0, 0.0]))
    assert np.allclose(end, [0.0, 1.0, 0.0], atol=1e-9)


def test_a_fast_joint_through_a_standing_wall():
    wall = Obstacle("box", (0.0, 1.0, 0.0), (0.02, 2.0, 2.0))
    joint = np.array([[[-0.6, 1.2, 0.3]], [[0.5, 1.1, 0.2]]])
    assert penetration_m(np.repeat(joint, 22, 1), [wall], np.zeros(2)).max() >= 0.05


def test_a_spinning_plank_between_frames():
    """A plank that turns 90 degrees per frame sweeps over a point that it touches at no frame."""
    plank = Obstacle("box", (0.0, 1.0, 0.0), (1.0, 0.1, 0.02), angular_velocity_radps=(0.0, 10 * np.pi, 0.0))
    point = np.zeros((2, 1, 3)) + [0.35, 1.0, -0.35]
    frames, between = swept_distance(point, pack([plank], np.arange(2) / 20.0))
    assert frames[..., 0].min() > 0.2 and between[..., 0].min() < 0.05


def test_empty_slots_are_far_away_and_harmless():
    points = np.zeros((3, 5, 3))
    frames, between = swept_distance(points, pack([], np.zeros(3)))
    assert (frames == FAR_M).all() and (between == FAR_M).all()
    assert penetration_m(np.zeros((3, 22, 3)), [], np.zeros(3)).shape == (3, 0)


def test_numpy_and_torch_agree(rng):
    torch = pytest.importorskip("torch")
    moving = [Obstacle(o.shape, o.position_m, o.size_m, o.orientation_xyzw, (1.0, 0.0, 2.0), (0.0, 3.0, 1.0))
              for o in SHAPES.values()]  # fmt: skip
    scene = pack(moving, np.arange(6) / 20.0)
    points = rng.uniform(-1, 1, (6, 22, 3)).astype(np.float32)
    tensors = type(scene)(*(torch.from_numpy(a) for a in vars(scene).values()))
    for a, b in zip(swept_distance(points, scene), swept_distance(torch.from_numpy(points), tensors, torch),
                    strict=True):  # fmt: skip
        assert np.abs(a - b.numpy()).max() < 1e-4


def test_a_joint_at_the_very_centre_has_a_finite_gradient():
    torch = pytest.importorskip("torch")
    for obstacle in SHAPES.values():
        scene = pack([obstacle], np.zeros(2))
        tensors = type(scene)(*(torch.from_numpy(a) for a in vars(scene).values()))
        point = torch.tensor(obstacle.position_m).expand(2, 1, 3).clone().requires_grad_()
        frames, between = swept_distance(point, tensors, torch)
        (frames.sum() + between.sum()).backward()
        assert torch.isfinite(point.grad).all()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shape": "cone"}, "shape"),
        ({"position_m": (0.0, np.nan, 0.0)}, "position_m"),
        ({"position_m": (0.0, 1e6, 0.0)}, "position_m"),
        ({"size_m": (0.0, 0.3, 0.3)}, "size_m[0]"),
        ({"size_m": (0.3, -1.0, 0.3), "shape": "capsule"}, "size_m[1]"),
        ({"size_m": (0.3, 0.3)}, "size_m"),
        ({"orientation_xyzw": (0.0, 0.0, 0.0, 0.5)}, "orientation_xyzw"),
        ({"linear_velocity_mps": (np.inf, 0.0, 0.0)}, "linear_velocity_mps"),
        ({"angular_velocity_radps": (0.0, 500.0, 0.0)}, "angular_velocity_radps"),
        ({"time_s": np.nan}, "time_s"),
    ],
)
def test_bad_obstacles_name_the_field(changes, field):
    with pytest.raises(InputError) as error:
        Obstacle(**{"shape": "box", "position_m": (0.0, 0.0, 0.0), **changes})
    assert error.value.field == field
