"""The published T2M evaluator: its layers by their published names and sizes, converted weights only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from lamp.errors import BundleError
from tests.training import synthetic
from training.evaluator import store
from training.evaluator.published import PublishedEvaluator

# Layer -> shape, as the published checkpoint has them.
LAYERS = {
    "movement_encoder.main.0.weight": (512, 259, 4), "movement_encoder.main.0.bias": (512,),
    "movement_encoder.main.3.weight": (512, 512, 4), "movement_encoder.main.3.bias": (512,),
    "movement_encoder.out_net.weight": (512, 512), "movement_encoder.out_net.bias": (512,),
    "motion_encoder.input_emb.weight": (1024, 512), "motion_encoder.input_emb.bias": (1024,),
    "motion_encoder.output_net.0.weight": (1024, 2048), "motion_encoder.output_net.0.bias": (1024,),
    "motion_encoder.output_net.1.weight": (1024,), "motion_encoder.output_net.1.bias": (1024,),
    "motion_encoder.output_net.3.weight": (512, 1024), "motion_encoder.output_net.3.bias": (512,),
    "motion_encoder.hidden": (2, 1, 1024),
} | {
    f"motion_encoder.gru.{kind}_l0{way}": shape
    for way in ("", "_reverse")
    for kind, shape in (("weight_ih", (3072, 1024)), ("weight_hh", (3072, 1024)), ("bias_ih", (3072,)),
                        ("bias_hh", (3072,)))
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("published")
    generator = torch.Generator().manual_seed(0)
    save_file(
        {k: 0.03 * torch.randn(s, generator=generator) for k, s in LAYERS.items()}, made / "t2m.safetensors"
    )
    np.save(made / "mean.npy", np.zeros(263, np.float32))
    np.save(made / "std.npy", np.ones(263, np.float32))
    return made


def test_weights_under_their_published_names_load_and_embed_in_order(folder: Path) -> None:
    evaluator = store.load_any(folder)
    assert isinstance(evaluator, PublishedEvaluator) and not evaluator.reads_text
    clips = [synthetic.motion(n, seed=i) for i, n in enumerate((60, 30, 90))]
    together = evaluator.embed_motions(clips)
    assert together.shape == (3, 512)
    np.testing.assert_allclose(together[::-1], evaluator.embed_motions(clips[::-1]), atol=1e-5)


def test_its_own_statistics_normalise(folder: Path, tmp_path: Path) -> None:
    for file in ("t2m.safetensors", "mean.npy"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    std = np.ones(263, np.float32)
    std[:4] = 0.04  # the published statistics weigh the root 25 times
    np.save(tmp_path / "std.npy", std)
    one, other = PublishedEvaluator.load(folder), PublishedEvaluator.load(tmp_path)
    clip = [synthetic.motion(60)]
    assert one.hash != other.hash
    assert np.abs(one.embed_motions(clip) - other.embed_motions(clip)).max() > 1e-3


def test_what_is_missing_or_does_not_fit_is_named(folder: Path, tmp_path: Path) -> None:
    weights = load_file(folder / "t2m.safetensors")
    del weights["motion_encoder.hidden"]
    save_file(weights, tmp_path / "t2m.safetensors")
    with pytest.raises(BundleError, match=r"mean\.npy"):
        store.load_any(tmp_path)
    for file in ("mean.npy", "std.npy"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    with pytest.raises(BundleError, match="hidden"):
        store.load_any(tmp_path)
