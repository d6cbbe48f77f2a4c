"""Training objectives: gradients against finite differences, masks, and what perfect answers cost."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp import features  # noqa: E402
from lamp.models import representation as rep  # noqa: E402
from tests import tiny  # noqa: E402
from tests.training.synthetic import motion  # noqa: E402
from training.config import AutoencoderLoss, DiffusionLoss  # noqa: E402
from training.losses import (  # noqa: E402
    AutoencoderObjective,
    DiffusionObjective,
    kl_divergence,
    masked_mean,
    random_context,
    random_visibility,
)

TERMS = ("reconstruction", "world_joints", "root_relative_joints", "joint_velocity", "foot_contact", "total")


@pytest.fixture
def batch():
    """Two normalised clips of 16 frames, the second with a token of padding, and the objective; double precision."""
    clips = [
        features.encode(motion(17, seed=s, speed_mps=0.1), heading="clean")[:, rep.KEPT] for s in range(2)
    ]
    raw = torch.from_numpy(np.stack(clips)).double()
    mean, std = raw.mean((0, 1)), raw.std((0, 1)).clamp(min=1e-2)
    valid = torch.tensor([[1.0, 1, 1, 1], [1, 1, 1, 0]]).double()
    objective = AutoencoderObjective(tiny.networks().autoencoder, AutoencoderLoss(), mean, std)
    x = (raw - mean) / std
    return objective, x, x + 0.3 * torch.randn_like(x), valid


@pytest.mark.parametrize("name", TERMS)
def test_gradients_match_finite_differences(batch, name):
    objective, x, y, valid = batch
    kl = torch.zeros((), dtype=torch.float64)
    y = y.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(objective.terms(x, y, valid, kl)[name], y)
    assert gradient.abs().max() > 0
    for _ in range(4):
        d = torch.randn_like(y)
        with torch.no_grad():
            up, down = (objective.terms(x, y + s * 1e-6 * d, valid, kl)[name] for s in (1, -1))
        assert float((gradient * d).sum()) == pytest.approx(float((up - down) / 2e-6), rel=1e-5, abs=1e-7)


def test_a_perfect_answer_costs_nothing_but_the_kl(batch):
    objective, x, _, valid = batch
    losses = objective.terms(x, x, valid, torch.tensor(2.0))
    assert all(float(losses[n]) == 0.0 for n in TERMS if n != "total")
    assert float(losses["total"]) == pytest.approx(2.0 * AutoencoderLoss().kl)


def test_padding_costs_nothing(batch):
    objective, x, y, valid = batch
    other = y.clone()
    other[1, 12:] += 100.0
    kl = torch.zeros(())
    a, b = (objective.terms(x, v, valid, kl) for v in (y, other))
    for name in TERMS:
        assert torch.allclose(a[name], b[name]), name


def test_errors_are_in_metres(batch):
    objective, x, _, valid = batch
    higher = x.clone()
    higher[..., 4 + 1] += 0.1 / objective.std[4 + 1]  # joint 1 stands 10 cm too high
    losses = objective.terms(x, higher, valid, torch.zeros(()))
    assert float(losses["world_joints"]) == pytest.approx(0.01 / 66, rel=1e-4)
    assert float(losses["root_relative_joints"]) == pytest.approx(0.01 / 63, rel=1e-4)
    assert float(losses["joint_velocity"]) == pytest.approx(0.0, abs=1e-12)


def test_empty_masks_give_zero():
    assert float(masked_mean(torch.ones(2, 3, 4), torch.zeros(2, 3))) == 0.0


def test_kl_is_that_of_two_gaussians():
    mean, log_variance, mask = torch.randn(2, 3, 5), torch.randn(2, 3, 5), torch.ones(2, 3)
    normal = torch.distributions.Normal
    exact = torch.distributions.kl_divergence(normal(mean, (0.5 * log_variance).exp()), normal(0.0, 1.0))
    assert torch.allclose(kl_divergence(mean, log_variance, mask), exact.mean(), atol=1e-6)


# -- masks ------------------------------------------------------------------------------------------------------------


def test_visibility_hides_parts_independently_at_the_asked_rate():
    valid = torch.ones(400, 10)
    valid[:, 8:] = 0
    shown = random_visibility(valid, (0.5, 0.5), 0.0)
    assert shown.shape == (400, 10, rep.PART_COUNT) and set(shown.unique().tolist()) == {0.0, 1.0}
    assert (shown[:, 8:] == 0).all()
    assert float(shown[:, :8].mean()) == pytest.approx(0.5, abs=0.02)
    assert not torch.equal(shown[..., 0], shown[..., 1])
    whole = random_visibility(torch.ones(1000, 4), (0.5, 0.5), 0.3)
    assert float((whole.flatten(1).min(1).values == 1).float().mean()) == pytest.approx(0.3, abs=0.06)


def test_without_parts_all_of_a_token_is_hidden_together():
    shown = random_visibility(torch.ones(400, 10), (0.5, 0.5), 0.0, parts=1)
    assert shown.shape == (400, 10, rep.PART_COUNT) and torch.equal(shown.amin(-1), shown.amax(-1))
    assert float(shown.mean()) == pytest.approx(0.5, abs=0.03)


def test_context_is_nothing_a_prefix_or_both_ends():
    weights = DiffusionLoss()
    valid = torch.ones(3000, 12)
    valid[:, 10:] = 0
    known = random_context(valid, weights)
    assert (known[:, 10:] == 0).all()
    first, last = known[:, 0] == 1, known[:, 9] == 1
    assert float((known.sum(1) == 0).float().mean()) == pytest.approx(weights.drop_context, abs=0.04)
    assert float((first & last).float().mean()) == pytest.approx(weights.both_ends, abs=0.04)
    changes = (known[:, 1:10] != known[:, :9]).sum(1)
    assert (changes[first & ~last] == 1).all() and (changes <= 2).all()
    assert not (last & ~first).any()


# -- diffusion --------------------------------------------------------------------------------------------------------


class Oracle:
    """A denoiser that knows the clean latents."""

    def __init__(self, clean):
        self.clean, self.seen = clean, []
        self.config = tiny.denoiser_config("x0")

    def __call__(self, noisy, time, text, has_text, context, known, valid):
        self.seen.append((time, text, has_text, context, known))
        return self.clean


def test_the_denoiser_is_asked_for_the_clean_latents_of_its_clip():
    encoder = tiny.networks().autoencoder
    x, valid = torch.randn(8, 24, rep.WIDTH), torch.ones(8, 6)
    clean = encoder.encode(x, torch.ones(8, 6, rep.PART_COUNT)).mean
    oracle = Oracle((clean - 0.5) / 2.0)
    captions = torch.arange(5.0)[:, None].expand(5, tiny.TEXT_WIDTH)
    objective = DiffusionObjective(
        oracle, encoder, DiffusionLoss(posterior_noise=0.0, drop_text=0.0, drop_context=0.0), torch.full((48,), 0.5),
        torch.full((48,), 2.0), captions, torch.tensor([0, 2]), torch.tensor([2, 3]),
    )  # fmt: skip
    losses = objective(x, valid, torch.tensor([0, 0, 0, 0, 1, 1, 1, 1]))
    assert float(losses["total"]) == pytest.approx(0.0, abs=1e-9)
    time, text, has_text, context, known = oracle.seen[0]
    assert (has_text == 1).all() and sorted((time * 8).floor().tolist()) == list(range(8))  # stratified
    assert set(text[:4, 0].tolist()) <= {0.0, 1.0} and set(text[4:, 0].tolist()) <= {2.0, 3.0, 4.0}
    prefix = int(known[0].sum()) if known[0, -1] == 0 else 0
    if prefix:
        short = encoder.encode(x[:1, : 4 * prefix], torch.ones(1, prefix, rep.PART_COUNT)).mean
        assert torch.allclose(context[0, :prefix], (short[0] - 0.5) / 2.0, atol=1e-4)
    assert (known[:, 0] == 1).all()
