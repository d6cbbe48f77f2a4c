"""Training configs: what ships is valid, and every mistake is named by key and value."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamp.errors import BundleError, InputError
from training.config import TrainingConfig, load_config, parse

CONFIGS = sorted((Path(__file__).parents[2] / "training" / "configs").glob("*.yaml"))


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf8")
    return file


def test_there_are_shipped_configs():
    assert {f.name for f in CONFIGS} >= {"cpu.yaml", "gpu.yaml"}


@pytest.mark.parametrize("file", CONFIGS, ids=lambda f: f.name)
def test_shipped_configs_are_valid(file):
    config = load_config(file)
    tau = config.autoencoder.model.patch_frames
    for stage in (
        config.autoencoder,
        config.diffusion,
        config.mld.autoencoder,
        config.mld.diffusion,
        config.emdm,
    ):
        assert all(frames % tau == 0 for frames, _, _ in stage.data.buckets)
        assert stage.loop.learning_rate > 0


def test_defaults_and_values(tmp_path):
    assert load_config(written(tmp_path, "")) == TrainingConfig()
    config = load_config(
        written(tmp_path, "autoencoder: {loop: {minutes: 3}, data: {buckets: [[48, 8, 1]]}}")
    )
    assert config.autoencoder.loop.minutes == 3.0 and isinstance(config.autoencoder.loop.minutes, float)
    assert config.autoencoder.data.buckets == ((48, 8, 1.0),)
    assert config.diffusion == TrainingConfig().diffusion


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (
            "autoencoder: {loop: {minuets: 3}}",
            "config.autoencoder.loop.minuets",
            "unknown key; known are minutes",
        ),
        ("teacher: {}", "config.teacher", "unknown key"),
        ("autoencoder: {loop: {minutes: long}}", "config.autoencoder.loop.minutes", "'long'"),
        ("autoencoder: {loop: {steps: 1.5}}", "config.autoencoder.loop.steps", "1.5"),
        ("autoencoder: {loop: {steps: true}}", "config.autoencoder.loop.steps", "True"),
        ("autoencoder: {loop: {learning_rate: true}}", "config.autoencoder.loop.learning_rate", "True"),
        ("autoencoder: {loop: {bf16: 1}}", "config.autoencoder.loop.bf16", "expected bool, got 1"),
        ("autoencoder: {loop: {betas: [0.9]}}", "config.autoencoder.loop.betas", "expected 2 values, got 1"),
        ("autoencoder: {loop: {betas: 0.9}}", "config.autoencoder.loop.betas", "expected a list, got 0.9"),
        ("autoencoder: {data: {buckets: [[48, x, 1]]}}", "config.autoencoder.data.buckets[0][1]", "'x'"),
        ("diffusion: 3", "config.diffusion", "expected a mapping, got int"),
        ("- 1", "config", "expected a mapping, got list"),
    ],
)
def test_mistakes_are_named(tmp_path, text, field, says):
    with pytest.raises(InputError) as error:
        load_config(written(tmp_path, text))
    assert error.value.field == field and says in error.value.problem


def test_values_are_changed_from_the_command_line(tmp_path):
    file = written(tmp_path, "autoencoder: {loop: {minutes: 3}}")
    changes = ["autoencoder.model.variant=resnet", "autoencoder.loss.mask_ratio=[0, 0]", "emdm.drop_text=0.2"]
    config = load_config(file, changes[:2])
    assert config.autoencoder.model.variant == "resnet" and config.autoencoder.loss.mask_ratio == (0.0, 0.0)
    assert config.autoencoder.loop.minutes == 3.0
    with pytest.raises(InputError, match=r"config.emdm.drop_text.*unknown key"):
        load_config(file, changes)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("autoencoder.model.variant", "is not KEY.KEY=VALUE"),
        ("autoencoder..variant=vit", "is not KEY.KEY=VALUE"),
        ("autoencoder.loop.minutes.more=3", "is a value, not a section"),
        ("autoencoder.loop.minutes=[1", "not valid YAML"),
    ],
)
def test_changes_that_cannot_be_are_named(tmp_path, change, says):
    with pytest.raises(InputError) as error:
        load_config(written(tmp_path, "autoencoder: {loop: {minutes: 3}}"), [change])
    assert error.value.field == "--set" and says in error.value.problem and change in error.value.problem


def test_sizes_that_cannot_be_are_named():
    with pytest.raises(BundleError, match="gru"):
        parse(TrainingConfig, {"autoencoder": {"model": {"variant": "gru"}}}, "config")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load_config(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="not valid YAML"):
        load_config(written(tmp_path, "a: [1"))
