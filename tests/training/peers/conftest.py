"""A small prepared set, a config of very small peers, and both peers trained on it for a few steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from tests.training import synthetic
from training.__main__ import main

CONFIG = """
mld:
  autoencoder:
    model: {frames: 48, latent_width: 32, width: 32, blocks: 3, head_width: 16}
    data: {min_frames: 12, buckets: [[48, 4, 1.0]]}
    loop: {bf16: false, warmup_steps: 2, log_steps: 1, learning_rate: 0.003}
  diffusion:
    model: {width: 32, blocks: 3, head_width: 16}
    data: {min_frames: 12, buckets: [[48, 16, 1.0]]}
    loop: {bf16: false, warmup_steps: 2, log_steps: 1, learning_rate: 0.01}
emdm:
  model: {windows: [48, 64], chain_steps: 3, width: 32, blocks: 1, head_width: 16, critic_width: 16, critic_blocks: 1}
  data: {min_frames: 12, buckets: [[48, 4, 1.0]]}
  loop: {bf16: false, warmup_steps: 2, log_steps: 1, learning_rate: 0.003, betas: [0.5, 0.98]}
"""
STEPS = 60


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of the runs by kind; ``set`` is the prepared set, ``config`` the config."""
    root = tmp_path_factory.mktemp("peers")
    clips = {f"c{i}": synthetic.motion(44 + 4 * i, seed=i, speed_mps=0.5 * i) for i in range(3)}
    raw = synthetic.write_shards(root / "raw", clips)
    assert main(["prepare", str(raw), str(root / "set")]) == 0
    (root / "config.yaml").write_text(CONFIG, encoding="utf8")
    for kind in ("mld", "emdm"):
        arguments = [kind, "--config", str(root / "config.yaml"), "--data", str(root / "set"), "--out",
                     str(root / kind), "--steps", str(STEPS), "--threads", "1"]  # fmt: skip
        assert main(arguments) == 0
    return {name: root / name for name in ("mld", "emdm", "set")} | {"config": root / "config.yaml"}


def history(stage: Path) -> list[dict[str, Any]]:
    """What the loop logged of a stage."""
    state = json.loads((stage / "checkpoint" / "state.json").read_text(encoding="utf8"))
    logged: list[dict[str, Any]] = state["history"]
    return logged
