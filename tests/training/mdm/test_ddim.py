"""The DDIM chain over raw vectors: gradient through all calls, the published schedule, and inversion."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from training.mdm import ddim  # noqa: E402
from training.mdm.config import MdmConfig  # noqa: E402
from training.mdm.model import MdmDenoiser  # noqa: E402
from training.mdm.schedule import alpha_bars, strided  # noqa: E402

SPREAD = 0.6  # standard deviation of the made-up data


def best_guess(x, step):
    """The exact clean prediction for data that is normal with a deviation of ``SPREAD``."""
    bar = alpha_bars()[step]
    return math.sqrt(bar) * SPREAD**2 / (bar * SPREAD**2 + 1.0 - bar) * x


@pytest.fixture(scope="module")
def network():
    """A small random network in double precision, as a prediction for motion of 12 frames."""
    torch.manual_seed(0)
    made = MdmDenoiser(MdmConfig(16, 1, 8, text_width=4, max_frames=16)).double().requires_grad_(False)
    text, has, valid = torch.zeros(2, 4).double(), torch.zeros(2).double(), torch.ones(2, 12).double()
    return lambda x, step: made(x, torch.full((2,), float(step)).double(), text, has, valid)


def test_the_schedule_is_the_cosine_of_the_thousand_steps():
    bars = alpha_bars()
    assert len(bars) == 1000 and all(a > b for a, b in zip(bars[:-1], bars[1:], strict=True))
    for step in (0, 100, 500, 900):  # closed form, below the clipped end
        levels = [math.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2 for t in (step + 1, 0)]
        assert bars[step] == pytest.approx(levels[0] / levels[1], rel=1e-9)
    assert bars[-1] < 1e-4


def test_strides_start_at_zero():
    assert strided(10) == list(range(0, 1000, 100)) and strided(1) == [0]
    assert strided(100)[-1] == 990 and len(strided(300)) == 300
    with pytest.raises(ValueError, match="1001"):
        strided(1001)


def test_the_gradient_through_the_whole_chain_is_that_of_finite_differences(network):
    torch.manual_seed(1)
    noise, weight = torch.randn(2, 12, 263).double(), torch.randn(2, 12, 263).double()

    def loss(z):
        return (weight * ddim.chain(network, z, 10)).sum()

    z = noise.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(z), z)
    for seed in range(3):
        way = torch.randn(noise.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        with torch.no_grad():
            slope = (loss(noise + 1e-5 * way) - loss(noise - 1e-5 * way)) / 2e-5
        assert float((gradient * way).sum()) == pytest.approx(float(slope), rel=1e-5)
    assert all(float(g.norm()) > 0 for g in gradient[0])  # every frame's noise has a say


def test_a_chain_gives_what_a_certain_prediction_says_and_takes_white_noise_to_the_data():
    clean = torch.full((1, 3, 5), 0.3)
    assert torch.allclose(ddim.chain(lambda x, step: clean, torch.randn(1, 3, 5), 10), clean)
    torch.manual_seed(0)
    made = ddim.chain(best_guess, torch.randn(4, 500, 5), 200)
    assert float(made.std()) == pytest.approx(SPREAD, rel=0.1)


def test_inversion_and_chain_come_back_nearer_the_finer_they_are():
    torch.manual_seed(0)
    clean = SPREAD * torch.randn(2, 40, 5)
    gaps = []
    for steps in (10, 100, 1000):
        noise = ddim.invert(best_guess, clean, steps)
        gaps.append(float((ddim.chain(best_guess, noise, steps) - clean).norm() / clean.norm()))
    assert gaps[0] > gaps[1] > gaps[2] and gaps[2] < 0.02
    assert float(ddim.invert(best_guess, clean, 1000).std()) == pytest.approx(1.0, rel=0.1)


def test_guidance_moves_away_from_the_unconditional_prediction():
    predict = ddim.guided(lambda x, step: x + 1.0, lambda x, step: x, 2.5)
    assert torch.allclose(predict(torch.zeros(1, 1, 1), 0), torch.tensor(2.5))


def test_padding_and_the_text_of_the_null_branch_change_nothing():
    torch.manual_seed(0)
    made = MdmDenoiser(MdmConfig(16, 2, 8, text_width=4, max_frames=16))
    x, text, step = torch.randn(2, 12, 263), torch.randn(2, 4), torch.tensor([3, 700])
    valid = torch.ones(2, 12)
    valid[1, 8:] = 0
    plain = made(x, step, text, torch.zeros(2), valid)
    other = x.clone()
    other[1, 8:] += 10.0
    changed = made(other, step, -text, torch.zeros(2), valid)
    assert torch.allclose(plain[0], changed[0]) and torch.allclose(plain[1, :8], changed[1, :8], atol=1e-6)
    assert not torch.allclose(plain, made(x, step, text, torch.ones(2), valid))
    assert not torch.allclose(plain, made(x, step + 100, text, torch.zeros(2), valid))


def test_the_skip_copies_what_is_nearly_clean_without_any_training():
    torch.manual_seed(0)
    x, text, valid = torch.randn(1, 12, 263), torch.zeros(1, 4), torch.ones(1, 12)
    plain, skipping = (
        MdmDenoiser(MdmConfig(16, 1, 8, text_width=4, max_frames=16, skip=skip)).requires_grad_(False)
        for skip in (False, True)
    )

    def predict(network):
        return lambda x, step: network(x, torch.full((1,), step), text, torch.zeros(1), valid)

    assert (
        float((predict(skipping)(x, 0) - x).abs().max())
        < 0.05
        < float((predict(plain)(x, 0) - x).abs().mean())
    )
    inverted, blown_up = (float(ddim.invert(predict(network), x).std()) for network in (skipping, plain))
    assert inverted < 0.1 * blown_up
