"""The networks: masks hide what they should, nothing leaks, every column is seen once."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp.errors import BundleError  # noqa: E402
from lamp.models import diffusion  # noqa: E402
from lamp.models import representation as rep  # noqa: E402
from lamp.models.config import AutoencoderConfig, DenoiserConfig, from_dict  # noqa: E402
from tests import tiny  # noqa: E402

both = pytest.mark.parametrize("variant", ["vit", "resnet"])
all_three = pytest.mark.parametrize("variant", ["vit", "resnet", "whole"])
TOKENS = 6


@pytest.fixture
def x():
    return torch.randn(2, 4 * TOKENS, rep.WIDTH)


def all_visible(batch: int = 2, tokens: int = TOKENS):
    return torch.ones(batch, tokens, rep.PART_COUNT)


# -- representation ---------------------------------------------------------------------------------------------------


def test_six_parts_cover_every_column_once():
    columns = [c for name in rep.PART_NAMES for c in rep.part_columns(name)]
    assert sorted(columns) == list(range(rep.WIDTH)) and rep.WIDTH == 137


def test_scatter_undoes_gather(rng):
    row = np.r_[rng.standard_normal(rep.WIDTH), 0.0]
    assert np.array_equal(row[rep.gather_index()].reshape(-1)[rep.scatter_index()], row[:-1])


def test_kept_columns_are_all_but_the_six_numbers_per_joint():
    assert set(range(263)) - set(rep.KEPT.tolist()) == set(range(67, 193))


# -- autoencoder ------------------------------------------------------------------------------------------------------


@all_three
def test_shapes(variant, x):
    model = tiny.networks(variant).autoencoder
    posterior = model.encode(x, all_visible())
    assert posterior.mean.shape == posterior.log_variance.shape == (2, TOKENS, 48)
    assert model.decode(posterior.mean).shape == x.shape


@all_three
def test_a_hidden_future_equals_the_shorter_clip(variant, x):
    model = tiny.networks(variant).autoencoder
    visible = all_visible()
    visible[:, 4:] = 0
    long = model.encode(x, visible).mean[:, :4]
    short = model.encode(x[:, :16], all_visible(tokens=4)).mean
    assert torch.allclose(long, short, atol=1e-5)


@both
def test_what_is_hidden_does_not_matter(variant, x):
    """Any mask: changing the values of hidden patches changes no latent of a visible token."""
    model = tiny.networks(variant).autoencoder
    visible = (torch.rand(2, TOKENS, rep.PART_COUNT) < 0.6).float()
    visible[:, 0] = 1.0
    changed = x.clone().reshape(2, TOKENS, 4, rep.WIDTH)
    for p, name in enumerate(rep.PART_NAMES):
        hidden = visible[..., p] == 0
        for column in rep.part_columns(name):
            changed[..., column][hidden] += 5.0
    before, after = (model.encode(v, visible).mean for v in (x, changed.reshape_as(x)))
    assert not torch.allclose(x, changed.reshape_as(x))
    assert torch.allclose(before, after, atol=1e-5)


@all_three
def test_padding_does_not_change_valid_outputs(variant):
    model = tiny.networks(variant).autoencoder
    latents, valid = torch.randn(2, TOKENS, 48), torch.ones(2, TOKENS)
    valid[0, 4:] = 0
    other = latents.clone()
    other[0, 4:] = 100.0
    a, b = (model.decode(z, None, valid) for z in (latents, other))
    assert torch.allclose(a[0, :16], b[0, :16], atol=1e-4)
    assert torch.allclose(a[0, :16], model.decode(latents[:1, :4])[0], atol=1e-4)


def test_without_parts_a_token_is_hidden_whole_if_any_part_of_it_is(x):
    model = tiny.networks("whole").autoencoder
    visible = all_visible()
    visible[:, 2, 1] = 0  # one part of one token
    changed = x.clone()
    changed[:, 8:12] += 5.0
    assert torch.allclose(model.encode(x, visible).mean, model.encode(changed, visible).mean, atol=1e-5)
    assert not torch.allclose(model.encode(x, all_visible()).mean, model.encode(changed, all_visible()).mean)
    latents = torch.randn(2, TOKENS, 48)
    other = latents.clone()
    other[:, 2] = 9.0
    assert torch.allclose(model.decode(latents, visible), model.decode(other, visible), atol=1e-5)


@both
def test_masked_parts_are_replaced_by_the_mask_token(variant):
    model = tiny.networks(variant).autoencoder
    latents, visible = torch.randn(1, TOKENS, 48), all_visible(1)
    visible[0, 2, 3] = 0
    a = model.decode(latents, visible)
    other = latents.clone().reshape(1, TOKENS, rep.PART_COUNT, 8)
    other[0, 2, 3] = 9.0
    assert torch.allclose(a, model.decode(other.reshape_as(latents), visible))
    with torch.no_grad():
        model.mask_token[3] += 1.0
    assert not torch.allclose(a, model.decode(latents, visible))


@all_three
def test_latents_reach_every_part(variant):
    model = tiny.networks(variant).autoencoder
    latents = torch.randn(1, TOKENS, 48, requires_grad=True)
    model.decode(latents)[0, 10].sum().backward()
    assert (latents.grad.abs().sum((0, 1)) > 0).all()


# -- denoiser ---------------------------------------------------------------------------------------------------------


def denoise(model, **changes):
    torch.manual_seed(3)
    inputs = {
        "noisy": torch.randn(2, TOKENS, 48), "time": torch.tensor([0.9, 0.3]), "text": torch.randn(2, 12),
        "has_text": torch.ones(2), "context": torch.randn(2, TOKENS, 48), "known": torch.zeros(2, TOKENS),
        "valid": torch.ones(2, TOKENS),
    }  # fmt: skip
    return model(**{**inputs, **changes})


def test_a_fresh_denoiser_predicts_nothing():
    from lamp.models.denoiser import Denoiser

    assert (denoise(Denoiser(tiny.denoiser_config(), 48)) == 0).all()


def test_without_text_the_text_does_not_matter():
    model = tiny.networks().denoiser
    without = torch.zeros(2)
    a = denoise(model, has_text=without)
    assert torch.allclose(a, denoise(model, has_text=without, text=torch.ones(2, 12)))
    assert not torch.allclose(a, denoise(model))


def test_context_counts_only_where_it_is_known():
    model = tiny.networks().denoiser
    assert torch.allclose(denoise(model), denoise(model, context=torch.full((2, TOKENS, 48), 7.0)))
    known = torch.zeros(2, TOKENS)
    known[:, 0] = 1
    assert not torch.allclose(denoise(model), denoise(model, known=known))


def test_padding_is_hidden_from_the_denoiser():
    model = tiny.networks().denoiser
    valid = torch.ones(2, TOKENS)
    valid[:, 4:] = 0
    noisy = torch.randn(2, TOKENS, 48)
    other = noisy.clone()
    other[:, 4:] = 50.0
    a, b = (denoise(model, noisy=n, valid=valid)[:, :4] for n in (noisy, other))
    assert torch.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("prediction", ["v", "x0", "epsilon"])
def test_training_targets_match_the_chain(prediction):
    from lamp.chain import to_velocity

    clean, noise, time = torch.randn(1, 3, 4), torch.randn(1, 3, 4), torch.tensor([0.4])
    noisy = diffusion.add_noise(clean, noise, time)
    velocity = to_velocity(prediction, diffusion.training_target(prediction, clean, noise, time), noisy, 0.4)
    assert torch.allclose(velocity, diffusion.training_target("v", clean, noise, time), atol=1e-5)


# -- configs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cls", "values", "says"),
    [
        (AutoencoderConfig, {"variant": "gru"}, "gru"),
        (AutoencoderConfig, {"head_width": 100}, "100"),
        (AutoencoderConfig, {"depth": 3}, "depth"),
        (DenoiserConfig, {"prediction": "noise"}, "noise"),
        (DenoiserConfig, {"width": 100, "head_width": 64}, "64"),
    ],
)
def test_bad_sizes_are_named(cls, values, says):
    with pytest.raises(BundleError, match=says):
        from_dict(cls, values, "model")
