"""DNO's recipe: rate, decorrelation, normalised gradient per sample, best so far, early end."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from training.mdm import dno  # noqa: E402
from training.mdm.dno import EDIT, PROJECT, Recipe, Verdict, decorrelation, descend, rate_at  # noqa: E402

PLAIN = Recipe(steps=200, invert=False, decorrelate=0.0, stay=0.0)
GOAL = 0.5


def quadratic(noise):
    """Distance of the mean of the noise to a goal, in place of a chain: one number per sample."""
    error = (noise.mean((1, 2)) - GOAL).abs()
    return Verdict(error, error, noise[..., None].expand(*noise.shape, 3))


def test_the_published_numbers():
    assert (EDIT.steps, EDIT.rate, EDIT.chain_steps, EDIT.inversion_steps) == (300, 0.05, 10, 100)
    assert (EDIT.invert, EDIT.decorrelate, EDIT.stay) == (True, 0.0, 2e-3)
    assert (PROJECT.steps, PROJECT.invert, PROJECT.decorrelate, PROJECT.stay) == (500, False, 1000.0, 0.0)


def test_the_rate_warms_up_over_fifty_steps_and_falls_as_a_cosine():
    rates = [rate_at(EDIT, k, 300) for k in range(300)]
    assert rates[0] == pytest.approx(0.05 / 50)  # the published first step of rate 0 would be lost
    assert max(rates) == rates[49] and rates[49] == pytest.approx(0.025 * (1 + math.cos(math.pi * 49 / 300)))
    assert rates[150] == pytest.approx(0.025) and rates[-1] < 1e-4
    assert rate_at(EDIT, 9, 50) == pytest.approx(
        0.025 * (1 + math.cos(math.pi * 9 / 50))
    )  # warm after a fifth


def test_white_noise_is_decorrelated_and_smooth_noise_is_not():
    torch.manual_seed(0)
    noise, valid = torch.randn(64, 40, 10), torch.ones(64, 40)
    floor = 2 / (64 * 10)  # 40 frames are filled up to 64
    assert float(decorrelation(noise, valid).mean()) == pytest.approx(floor, rel=0.4)
    smooth = (noise + noise.roll(1, 1)) / math.sqrt(2)
    assert float(decorrelation(smooth, valid).mean()) > 20 * floor
    valid[:, 8:] = 0  # what is padding does not count
    smooth[:, :8] = noise[:, :8]
    assert float(decorrelation(smooth, valid).mean()) == pytest.approx(floor, rel=0.6)


def test_decorrelation_counts_every_scale():
    torch.manual_seed(0)
    slow = torch.randn(1, 8, 500).repeat_interleave(4, 1)
    slow[
        :, 1::2
    ] *= -1  # opposite neighbours hide it from the first scale's average, not from its correlation
    assert float(decorrelation(slow, torch.ones(1, 32))) > 0.3
    blocks = torch.randn(1, 8, 500).repeat_interleave(4, 1)
    assert float(decorrelation(blocks, torch.ones(1, 32))) > 0.6**2 + 0.4**2


def test_descent_finds_the_goal_and_keeps_the_best():
    torch.manual_seed(0)
    start = torch.randn(3, 8, 4)
    best = descend(quadratic, start, torch.ones(3, 8), PLAIN, 200)
    assert (best.error_m < 0.01).all() and (best.steps == 200).all()
    assert torch.allclose((best.joints.mean((1, 2, 3)) - GOAL).abs(), best.error_m, atol=1e-6)


def test_samples_do_not_influence_each_other():
    torch.manual_seed(0)
    start = torch.randn(2, 8, 4)
    alone = descend(quadratic, start[:1], torch.ones(1, 8), PLAIN, 20)
    scale = torch.tensor([1.0, 1000.0])

    def uneven(noise):
        v = quadratic(noise)
        return Verdict(v.loss * scale, v.error_m, v.joints)

    both = descend(uneven, start, torch.ones(2, 8), PLAIN, 20)
    assert torch.allclose(alone.joints[0], both.joints[0], atol=1e-6)


def test_a_sample_that_is_good_enough_stops_counting_steps_and_all_of_them_end_the_descent():
    start = torch.zeros(2, 8, 4)
    start[0] = GOAL - 0.02
    seen = []
    best = descend(
        quadratic,
        start,
        torch.ones(2, 8),
        PLAIN,
        200,
        stop_m=0.03,
        go_on=lambda b, step: seen.append(step) or True,
    )
    assert best.steps[0] == 1 and 1 < best.steps[1] < 200 and len(seen) == int(best.steps[1])
    assert (best.error_m <= 0.03).all()


def test_what_is_not_finite_moves_nothing():
    def sick(noise):
        v = quadratic(noise)
        return Verdict(v.loss * torch.tensor([1.0, float("nan")]), v.error_m, v.joints)

    start = torch.zeros(2, 8, 4)
    best = descend(sick, start, torch.ones(2, 8), PLAIN, 50)
    assert best.error_m[0] < 0.3 and best.error_m[1] == math.inf
    assert torch.equal(best.joints[1], start[1][..., None].expand(8, 4, 3))


def test_a_loss_that_is_met_exactly_has_no_gradient_and_does_no_harm():
    def met(noise):
        loss = torch.relu(noise.mean((1, 2)) - 5.0)
        return Verdict(loss, loss, noise[..., None].expand(*noise.shape, 3))

    best = descend(met, torch.zeros(1, 8, 4), torch.ones(1, 8), PLAIN, 5)
    assert best.error_m[0] == 0.0 and torch.isfinite(best.joints).all()


def test_edits_stay_near_their_start():
    start = torch.zeros(1, 8, 4)
    free = descend(quadratic, start, torch.ones(1, 8), PLAIN, 100)
    held = descend(quadratic, start, torch.ones(1, 8), Recipe(100, False, 0.0, stay=1.0), 100)
    assert held.joints.abs().mean() < 0.5 * free.joints.abs().mean()


def test_powers_of_two():
    assert [dno.power_of_two(n) for n in (2, 40, 64, 65, 196)] == [2, 64, 64, 128, 256]
