"""The process EMDM is trained on: its steps are those of the diffusion, and the critic's penalty is a gradient."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from training.peers import objectives  # noqa: E402
from training.peers.emdm import style_of  # noqa: E402


def test_the_later_motion_has_the_noise_of_its_time_and_remembers_the_earlier_one() -> None:
    torch.manual_seed(0)
    clean = torch.full((1, 20000, 1), 2.0)
    before, time = torch.tensor([0.3]), torch.tensor([0.7])
    earlier, later = objectives.forward_pair(clean, before, time)
    for x, t in ((earlier, 0.3), (later, 0.7)):
        angle = t * math.pi / 2
        assert float(x.mean()) == pytest.approx(2.0 * math.cos(angle), abs=0.03)
        assert float(x.std()) == pytest.approx(math.sin(angle), rel=0.02)
    correlation = float(torch.corrcoef(torch.stack([earlier.flatten(), later.flatten()]))[0, 1])
    ratio = math.cos(0.7 * math.pi / 2) / math.cos(0.3 * math.pi / 2)
    assert correlation == pytest.approx(
        ratio * math.sin(0.3 * math.pi / 2) / math.sin(0.7 * math.pi / 2), abs=0.02
    )


def test_a_sampled_step_from_the_true_clean_motion_has_the_statistics_of_the_process() -> None:
    """If the generator is right, what it makes cannot be told from the real pair: same mean, spread and covariance."""
    torch.manual_seed(1)
    clean = torch.randn(1, 40000, 1)
    before, time = torch.tensor([0.25]), torch.tensor([0.6])
    earlier, later = objectives.forward_pair(clean, before, time)
    made = objectives.posterior_sample(clean, later, before, time)
    real_pair, made_pair = (torch.cov(torch.stack([x.flatten(), later.flatten()])) for x in (earlier, made))
    assert torch.allclose(real_pair, made_pair, atol=0.03)


def test_the_last_step_is_the_clean_motion_itself() -> None:
    clean = torch.randn(2, 8, 3)
    zero, time = torch.zeros(2), torch.full((2,), 0.1)
    _, later = objectives.forward_pair(clean, zero, time)
    assert torch.allclose(objectives.posterior_sample(clean, later, zero, time), clean, atol=1e-5)


def test_from_pure_noise_nothing_of_the_clean_motion_is_known() -> None:
    earlier, later = objectives.forward_pair(
        torch.full((1, 5000, 1), 3.0), torch.tensor([0.5]), torch.tensor([1.0])
    )
    assert float(later.mean()) == pytest.approx(0.0, abs=0.06) and torch.isfinite(earlier).all()


def test_the_penalty_is_the_squared_gradient_of_the_critic_on_valid_frames() -> None:
    weight = torch.tensor([1.0, 2.0, 0.0])
    real = torch.randn(2, 4, 3, requires_grad=True)
    frames = torch.tensor([[1.0, 1, 1, 0], [1, 0, 0, 0]])
    logits = (real * weight).sum((1, 2))
    # 5 per frame; three valid frames in one clip, one in the other
    assert float(objectives.gradient_penalty(logits, real, frames)) == pytest.approx((15 + 5) / 2)


def test_the_random_vector_of_a_sample_is_standard_normal_and_one_for_all_frames() -> None:
    torch.manual_seed(2)
    style = style_of(torch.randn(400, 50, 20))
    assert style.shape == (400, 1, 20)
    assert float(style.std()) == pytest.approx(1.0, abs=0.05) and abs(float(style.mean())) < 0.05
