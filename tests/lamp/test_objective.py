"""Every term of the objective: gradients against finite differences, empty masks, and the splice."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp.chain import time_grid  # noqa: E402
from lamp.engines import objective as ob  # noqa: E402
from lamp.engines.likeness import likeness_terms  # noqa: E402
from lamp.models import representation as rep  # noqa: E402
from lamp.problem import TERMS, KeyFrames, Target, Weights, empty_row, stack_rows  # noqa: E402
from lamp.scene import Obstacle  # noqa: E402
from lamp.scene.distance import pack  # noqa: E402
from lamp.skeleton import BONE_LENGTHS_M, JOINT_RADII_M, PARENTS  # noqa: E402
from tests import tiny  # noqa: E402
from tests.training.synthetic import motion  # noqa: E402

FRAMES = 16
SHAPE = tiny.shape(FRAMES)
GRID = time_grid(2)
RADII = torch.from_numpy(JOINT_RADII_M).double()


def tensors(*rows):
    return {k: torch.from_numpy(v).double() for k, v in stack_rows(list(rows), len(rows)).items()}


def busy_row(rng, **weights):
    """Everything switched on: text, visible prefix, splice, reference, key, obstacle."""
    row = empty_row(SHAPE, Weights(pose=0.7, going=0.4, start=0.3, **weights))
    row["text"] = rng.standard_normal(tiny.TEXT_WIDTH)
    row["has_text"] = np.array(1.0)
    row["context"][0] = rng.standard_normal(SHAPE.latent_width)
    row["known"][0] = 1.0
    row["anchor"][:] = np.eye(FRAMES)[3]
    row["place"] = np.array([0.4, 0.0, -0.3, np.cos(0.6), np.sin(0.6)])
    clip = motion(FRAMES)
    row["splice"] = clip
    t = np.arange(FRAMES) - 3
    u = np.clip(t / 6, 0, 1)
    row["splice_weight"] = 1 - u * u * (3 - 2 * u)
    row["frame_valid"] = (t >= 0) * 1.0
    row["reference"], row["reference_weight"] = clip, rng.random((FRAMES, 22))
    row["like_weight"] = rng.random(FRAMES)
    row["residual"] = 0.05 * rng.standard_normal((FRAMES, rep.WIDTH))
    keys = KeyFrames(FRAMES)
    keys.add(Target(20, (0.5, 1.2, 0.7), (True, False, True)), 9, 11)
    keys.add(Target(15, (0.2, 1.6, 0.5), weight=2.0), 12, 12)
    row["key"], row["key_weight"] = keys.key, keys.weight
    row["look"], row["look_weight"] = rng.normal(0, 2, (FRAMES, 3)), rng.random(FRAMES)
    moving = Obstacle("sphere", (0.3, 0.9, 0.4), (0.4, 0.4, 0.4), linear_velocity_mps=(1.0, 0.0, 0.5))
    scene = pack([moving], np.arange(FRAMES) / 20)
    row.update(obstacle_position=scene.position, obstacle_axes=scene.axes, obstacle_size=scene.size,
               obstacle_kind=scene.kind)  # fmt: skip
    row["start_noise"] = rng.standard_normal((SHAPE.tokens, SHAPE.latent_width))
    return row


@pytest.fixture(scope="module")
def networks():
    made = tiny.networks().double()
    # time features are computed in single precision; the rest of this copy is double
    made.denoiser.time.register_forward_pre_hook(lambda module, args: (args[0].double(),))
    return made


def slopes_agree(function, x, rng, directions=4, h=1e-6, tolerance=2e-5):
    """Directional derivatives of ``function`` at ``x`` against central differences."""
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(x).sum(), x)
    assert torch.isfinite(gradient).all() and gradient.abs().max() > 0
    for _ in range(directions):
        d = torch.from_numpy(rng.standard_normal(x.shape))
        with torch.no_grad():
            slope = (function(x + h * d) - function(x - h * d)).sum() / (2 * h)
        assert float((gradient * d).sum()) == pytest.approx(float(slope), rel=tolerance, abs=1e-6)


@pytest.fixture
def joints(rng):
    shaken = motion(FRAMES).astype(float) + 0.03 * rng.standard_normal((FRAMES, 22, 3))
    return torch.from_numpy(np.stack([shaken, shaken + [0.2, -0.1, 0.3]]))


@pytest.fixture
def p(rng):
    return tensors(busy_row(rng), busy_row(rng))


SKIN = torch.full((2,), 0.02, dtype=torch.float64)
JOINT_TERMS = {
    "reference": ob.reference_term,
    "key": ob.key_term,
    "look": ob.look_term,
    "collision": lambda j, p: ob.collision_term(j, p, RADII, SKIN),
    "floor": lambda j, p: ob.floor_term(j - torch.tensor([0.0, 0.3, 0.0]), p),
    "smooth": ob.smooth_term,
    "pose": lambda j, p: likeness_terms(j, p)[0],
    "going": lambda j, p: likeness_terms(j, p)[1],
}


@pytest.mark.parametrize("name", sorted(JOINT_TERMS))
def test_gradient_of_joint_terms(name, joints, p, rng):
    slopes_agree(lambda j: JOINT_TERMS[name](j, p)[0], joints, rng)


@pytest.mark.parametrize("shape", ["capsule", "box", "cylinder", "plane"])
def test_gradient_of_collision_at_the_frames(shape, joints, rng):
    """Shapes for which the nearest moment between frames is an approximation are checked on a joint at rest."""
    row = busy_row(rng)
    scene = pack([Obstacle(shape, (0.1, 0.9, 0.3), (0.3, 0.4, 0.2))], np.arange(FRAMES) / 20)
    row.update(obstacle_position=scene.position, obstacle_axes=scene.axes, obstacle_size=scene.size,
               obstacle_kind=scene.kind)  # fmt: skip
    p = tensors(row)
    slopes_agree(
        lambda j: ob.collision_term(j.expand(1, FRAMES, 22, 3), p, RADII, SKIN[:1])[0], joints[:1, :1], rng
    )


def test_gradient_of_the_foot_term(joints, p, rng):
    """Contacts and heights gate the term and are not moved by it, so only horizontal positions are varied."""
    contacts = torch.from_numpy(rng.random((2, FRAMES, 4)))
    low = joints * torch.tensor([1.0, 0.05, 1.0])

    def term(horizontal):
        j = torch.stack([horizontal[..., 0], low[..., 1], horizontal[..., 1]], -1)
        return ob.foot_term(ob.Rollout(j, contacts), p)[0]

    slopes_agree(term, low[..., [0, 2]], rng)
    j = low.clone().requires_grad_()
    ob.foot_term(ob.Rollout(j, contacts), p)[0].sum().backward()
    assert float(j.grad[..., 1].abs().max()) == 0.0


@pytest.mark.parametrize("term", [ob.correlation_term, ob.norm_term])
@pytest.mark.parametrize("tokens", [4, 7])
def test_gradient_of_noise_terms(term, tokens, rng):
    noise = torch.from_numpy(rng.standard_normal((2, tokens, 8)))
    slopes_agree(lambda n: term(n)[0], noise, rng)


def test_gradient_of_the_placement(p, rng):
    raw = torch.from_numpy(0.1 * rng.standard_normal((2, FRAMES, rep.WIDTH)))
    slopes_agree(lambda r: ob.place(r, p).pow(2).sum((1, 2, 3)), raw, rng)


def test_gradient_of_the_whole_objective(networks, rng):
    # gates of the foot term and the nearest moment of collisions have no gradient; both are checked above
    p = tensors(*[busy_row(rng, foot=0.0, collision=0.0) for _ in range(2)])
    noise = torch.from_numpy(rng.standard_normal((2, SHAPE.tokens, SHAPE.latent_width)))
    slopes_agree(lambda n: ob.objective(networks, n, p, GRID)[0], noise, rng)


def test_the_objective_is_the_weighted_sum_of_its_terms(networks, p, rng):
    noise = torch.from_numpy(rng.standard_normal((2, SHAPE.tokens, SHAPE.latent_width)))
    loss, terms, found = ob.objective(networks, noise, p, GRID)
    assert loss.shape == (2,) and terms.shape == (2, len(TERMS))
    assert found.joints.shape == (2, FRAMES, 22, 3) and found.contacts.shape == (2, FRAMES, 4)
    w = p["weights"][0]
    parts = [
        ob.reference_term(found.joints, p), ob.key_term(found.joints, p), ob.look_term(found.joints, p),
        ob.collision_term(found.joints, p, RADII, w[-1].expand(2)), ob.foot_term(found, p),
        ob.floor_term(found.joints, p), ob.ground_term(found, p), ob.smooth_term(found.joints, p),
        ob.correlation_term(noise), ob.norm_term(noise), *likeness_terms(found.joints, p),
    ]  # fmt: skip
    total = sum(w[i] * value for i, (value, _) in enumerate(parts))
    total = total + w[-2] * ((noise - p["start_noise"]) ** 2).mean((1, 2))
    assert torch.allclose(loss, total)
    assert torch.allclose(terms, torch.stack([t for _, t in parts], -1))


# -- masks ------------------------------------------------------------------------------------------------------------


def test_nothing_asked_for_costs_nothing(joints):
    p = tensors(*[empty_row(SHAPE)] * 2)
    for name, term in JOINT_TERMS.items():
        if name in ("floor", "smooth"):
            continue
        j = joints.clone().requires_grad_()
        loss, natural = term(j, p)
        assert (loss == 0).all() and (natural == 0).all(), name
        loss.sum().backward()
        assert (j.grad == 0).all(), name


@pytest.mark.parametrize("mask", ["frame_valid", "token_valid", "key_weight", "reference_weight"])
def test_empty_masks_give_numbers(networks, mask, rng):
    row = busy_row(rng)
    row[mask] = np.zeros_like(row[mask])
    p = tensors(row)
    noise = torch.from_numpy(rng.standard_normal((1, SHAPE.tokens, SHAPE.latent_width))).requires_grad_()
    loss, terms, _ = ob.objective(networks, noise, p, GRID)
    loss.sum().backward()
    assert torch.isfinite(loss).all() and torch.isfinite(terms).all() and torch.isfinite(noise.grad).all()
    by_name = dict(zip(TERMS, terms[0].tolist(), strict=True))
    if mask == "frame_valid":
        assert by_name["penetration_m"] == by_name["floor_depth_m"] == by_name["jitter_mps3"] == 0.0
    if mask == "key_weight":
        assert by_name["target_error_m"] == 0.0
    if mask == "reference_weight":
        assert by_name["reference_error_m"] == 0.0


def test_frames_that_do_not_count_are_not_looked_at(joints, p):
    """Penetration, feet and floor before the splice belong to the past."""
    changed = joints.clone()
    changed[:, :2] += torch.tensor([0.4, -1.0, 0.2])
    for name in ("collision", "floor"):
        a, b = (JOINT_TERMS[name](j, p) for j in (joints, changed))
        assert torch.allclose(a[0], b[0]) and torch.allclose(a[1], b[1]), name


def test_terms_are_in_natural_units(joints):
    row = empty_row(SHAPE)
    row["key"][5, 20] = joints[0, 5, 20].numpy() + [0.3, 0.0, 0.4]
    row["key_weight"][5, 20] = [1, 1, 1]
    row["reference"], row["reference_weight"][:] = joints[0].numpy() + [0.0, 0.0, 0.1], 1.0
    scene = pack([Obstacle("sphere", tuple(joints[0, 4, 15].tolist()), (0.2, 1, 1))], np.arange(FRAMES) / 20)
    row.update(obstacle_position=scene.position, obstacle_axes=scene.axes, obstacle_size=scene.size,
               obstacle_kind=scene.kind)  # fmt: skip
    p = tensors(row)
    one = joints[:1]
    assert float(ob.key_term(one, p)[1]) == pytest.approx(0.5, abs=1e-4)
    assert float(ob.reference_term(one, p)[1]) == pytest.approx(0.1, abs=1e-4)
    deepest = float(ob.collision_term(one, p, RADII, SKIN[:1])[1])
    assert deepest >= 0.2 + float(RADII[15]) - 1e-3


# -- placement --------------------------------------------------------------------------------------------------------


def test_the_anchor_stands_where_it_should(rng):
    row = busy_row(rng)
    row["splice_weight"] = np.zeros(FRAMES)
    p = tensors(row)
    from lamp import features

    raw = torch.from_numpy(features.encode(motion(FRAMES + 1), heading="clean")[None][..., rep.KEPT]).double()
    joints = ob.place(raw, p)[0].numpy()
    assert np.allclose(joints[3, 0, [0, 2]], [0.4, -0.3], atol=1e-6)
    assert float(features.heading_rad(joints[3])) == pytest.approx(0.6, abs=2e-3)
    before = motion(FRAMES).astype(float)
    assert np.allclose(
        np.linalg.norm(np.diff(joints[:, 0], axis=0), axis=-1),
        np.linalg.norm(np.diff(before[:, 0], axis=0), axis=-1),
        atol=1e-5,
    )


def test_the_splice_passes_through_pose_and_velocity(rng):
    """Whatever the network says, the past stays, the motion leaves it with the old speed, then is the new one."""
    from lamp import features

    row = busy_row(rng)
    p = tensors(row)
    clip = features.encode(motion(FRAMES + 1, seed=5), heading="clean")[None][..., rep.KEPT]
    joints = ob.place(torch.from_numpy(clip).double(), p)[0].numpy()
    old = row["splice"]
    assert np.abs(joints[:4] - old[:4]).max() < 1e-3
    free = dict(row, splice_weight=np.zeros(FRAMES))
    alone = ob.place(torch.from_numpy(clip).double(), tensors(free))[0].numpy()
    assert np.abs(joints[10:] - alone[10:]).max() < 1e-9
    # at the first new frame only the start of the cross-fade is seen: 1 - w(1/6) = 2/27 of what lies between
    gap = np.linalg.norm(alone[4] - old[4], axis=-1).max()
    assert gap > 0.1
    assert np.linalg.norm(joints[4] - old[4], axis=-1).max() < 0.1 * gap


def test_low_pass_keeps_constants_and_leaves_padding_alone():
    raw, valid = torch.randn(1, 12, 5), torch.tensor([[1.0, 1.0, 0.0]])
    other = raw.clone()
    other[:, 8:] = 99.0
    a, b = (ob.low_pass(r, valid, 0.2) for r in (raw, other))
    assert torch.equal(a[:, :8], b[:, :8]) and torch.equal(b[:, 8:], other[:, 8:])
    assert torch.allclose(a[0, 3], 0.6 * raw[0, 3] + 0.2 * raw[0, 2] + 0.2 * raw[0, 4])
    assert torch.allclose(a[:, :8].mean(1), raw[:, :8].mean(1), atol=1e-6)
    assert torch.equal(ob.low_pass(torch.ones(1, 12, 5), valid, 0.2), torch.ones(1, 12, 5))


def test_bones_of_the_rollout_are_exact(networks, p, rng):
    noise = torch.from_numpy(3 * rng.standard_normal((2, SHAPE.tokens, SHAPE.latent_width)))
    joints = ob.rollout(networks, noise, p, GRID).joints.numpy()
    lengths = np.linalg.norm(joints[:, :, 1:] - joints[:, :, list(PARENTS[1:])], axis=-1)
    assert np.abs(lengths - BONE_LENGTHS_M[1:]).max() < 1e-5


def test_visible_tokens_come_from_the_context(networks, p, rng):
    """Where everything is known, the noise changes nothing."""
    noise = torch.from_numpy(rng.standard_normal((2, SHAPE.tokens, SHAPE.latent_width)))
    all_known = {**p, "known": torch.ones_like(p["known"])}
    a, b = (ob.rollout(networks, n, all_known, GRID).joints for n in (noise, noise + 1))
    assert torch.allclose(a, b)
