"""Bundles for the ablation table: trained without parts or masking by ``--set``, packed without graphs, and said so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

torch = pytest.importorskip("torch")

from lamp.errors import BundleError  # noqa: E402
from lamp.models.autoencoder_whole import WholeBodyAutoencoder  # noqa: E402
from lamp.prior import MotionPrior  # noqa: E402
from tests.training import synthetic  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.bundle import GUIDANCE  # noqa: E402
from training.evaluation import paper  # noqa: E402
from training.priors.registry import load_prior  # noqa: E402

CONFIG = """
autoencoder:
  model: {part_width: 8, part_blocks: 1, body_blocks: 1, decoder_blocks: 1, head_width: 16}
  data: {min_frames: 12, buckets: [[32, 3, 1.0]]}
  loop: {bf16: false, warmup_steps: 2, log_steps: 1}
diffusion:
  model: {width: 32, blocks: 1, head_width: 16}
  data: {min_frames: 12, buckets: [[32, 3, 1.0]]}
  loop: {bf16: false, warmup_steps: 2, log_steps: 1}
"""
CHANGES = ["--set", "autoencoder.model.variant=whole", "--set", "autoencoder.loss.mask_ratio=[0,0]"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ablation")
    clips = {f"c{i}": synthetic.motion(40 + 6 * i, seed=i) for i in range(3)}
    assert main(["prepare", str(synthetic.write_shards(root / "raw", clips)), str(root / "set")]) == 0
    (root / "config.yaml").write_text(CONFIG, encoding="utf8")
    usual = ["--config", str(root / "config.yaml"), "--data", str(root / "set"), *CHANGES]
    assert main(["all", *usual, "--out", str(root / "run"), "--steps", "2", "--threads", "1"]) == 0
    assert (
        main(["bundle", "bare", *usual, "--run", str(root / "run"), "--out", str(root), "--no-graphs"]) == 0
    )
    return root / "bare"


def test_the_bundle_says_what_it_was_trained_without_and_stands_in_that_row(folder: Path) -> None:
    prior = load_prior(str(folder), threads=1)
    about = prior.describe()
    assert about["part_encoder"] is False and about["masking"] is False and about["variant"] == "whole"
    assert paper.row_name("T7", prior) == "no parts, no masking"
    assert "variant=whole" in about["training"]["config"]


def test_it_is_optimised_with_torch_and_onnx_is_refused_with_a_remedy(folder: Path) -> None:
    prior = MotionPrior.load(folder, threads=1)
    assert prior.engine_name == "torch" and not list(folder.glob("*.onnx*"))
    assert [len(m) for m in prior.generate(["a person walks."], frames=20)] == [20]
    with pytest.raises(BundleError, match="without graphs; use engine='torch'"):
        MotionPrior.load(folder, engine="onnx")


def test_guidance_is_the_bundle_s_own_and_motions_of_another_guidance_are_not_used_again(
    folder: Path, tmp_path: Path
) -> None:
    manifest = yaml.safe_load((folder / "bundle.yaml").read_text(encoding="utf8"))
    assert manifest["guidance"] == GUIDANCE > 0
    shutil.copytree(folder, tmp_path / "other")
    (tmp_path / "other" / "bundle.yaml").write_text(
        yaml.safe_dump({**manifest, "guidance": 0.0}), encoding="utf8"
    )
    one, other = (load_prior(str(f), threads=1) for f in (folder, tmp_path / "other"))
    assert one.key != other.key


def test_its_networks_have_one_token_for_the_body(folder: Path) -> None:
    from lamp import bundle as bundles
    from lamp.networks import build_networks

    assert isinstance(build_networks(bundles.load(folder)).autoencoder, WholeBodyAutoencoder)
