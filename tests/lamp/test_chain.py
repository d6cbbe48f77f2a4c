"""The few-step chain as rotations, and its inversion."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lamp.chain import ddim, invert, time_grid, to_velocity


@pytest.mark.parametrize("steps", [1, 2, 4, 10])
def test_time_grid_goes_from_noise_to_clean(steps):
    grid = time_grid(steps)
    assert len(grid) == steps + 1 and grid[0] == 1.0 and grid[-1] == 0.0
    assert all(a > b for a, b in zip(grid, grid[1:], strict=False))


def test_time_grid_takes_the_last_time_and_refuses_no_steps():
    assert time_grid(4, last=0.1)[-2] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="0"):
        time_grid(0)


@pytest.mark.parametrize("prediction", ["v", "x0", "epsilon"])
@pytest.mark.parametrize("time", [0.05, 0.3, 0.9])
def test_all_predictions_mean_the_same_velocity(prediction, time, rng):
    clean, noise = rng.standard_normal((2, 3, 4, 5))
    cos, sin = math.cos(time * math.pi / 2), math.sin(time * math.pi / 2)
    noisy, velocity = cos * clean + sin * noise, cos * noise - sin * clean
    output = {"v": velocity, "x0": clean, "epsilon": noise}[prediction]
    assert np.allclose(to_velocity(prediction, output, noisy, time), velocity)


@pytest.mark.parametrize("prediction", ["x0", "epsilon"])
@pytest.mark.parametrize("time", [0.0, 1.0])
def test_conversions_stay_finite_at_the_ends(prediction, time):
    assert np.isfinite(to_velocity(prediction, np.ones(3), np.ones(3), time)).all()


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_the_true_velocity_leads_to_the_clean_latents_in_any_number_of_steps(steps, rng):
    """With the exact velocity of one data point, every DDIM step stays on the circle between noise and clean."""
    clean, noise = rng.standard_normal((2, 2, 3, 4))

    def velocity(z, time):
        cos, sin = math.cos(time * math.pi / 2), math.sin(time * math.pi / 2)
        assert np.allclose(z, cos * clean + sin * noise)
        return cos * noise - sin * clean

    assert np.allclose(ddim(velocity, noise, time_grid(steps)), clean)


def test_torch_and_numpy_chains_agree(rng):
    torch = pytest.importorskip("torch")
    noise = rng.standard_normal((2, 3, 4))
    expected = ddim(lambda z, t: 0.5 * np.tanh(z) * t, noise, time_grid(4))
    tensor = torch.from_numpy(noise).requires_grad_()
    found = ddim(lambda z, t: 0.5 * torch.tanh(z) * t, tensor, time_grid(4))
    assert np.allclose(found.detach().numpy(), expected)
    found.sum().backward()
    assert torch.isfinite(tensor.grad).all() and tensor.grad.abs().min() > 0


@pytest.mark.parametrize(("steps", "gain"), [(2, 0.3), (4, 1.0), (10, 1.0)])
def test_inversion_is_exact_on_the_same_grid(steps, gain, rng):
    """Where steps are contractions (a long step allows less of a slope), noise -> clean -> noise is the identity."""

    def velocity(z, time):
        return gain * (0.4 * np.tanh(z) + 0.1 * time * np.roll(z, 1, axis=-1))

    noise, grid = rng.standard_normal((3, 5, 6)), time_grid(steps)
    clean = ddim(velocity, noise, grid)
    found = invert(velocity, clean, grid)
    assert np.abs(ddim(velocity, found, grid) - clean).max() < 1e-6
    assert np.abs(found - noise).max() < 1e-5


def test_rows_are_inverted_on_their_own(rng):
    grid = time_grid(3)

    def velocity(z, time):
        return 0.4 * np.tanh(z)

    clean = ddim(velocity, rng.standard_normal((2, 4, 3)), grid)
    together, alone = invert(velocity, clean, grid), invert(velocity, clean[:1], grid)
    assert np.allclose(together[:1], alone, atol=1e-7)
