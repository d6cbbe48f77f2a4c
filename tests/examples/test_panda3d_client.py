"""A game engine that really runs: Panda3D, without a screen, against a server in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.server_process import ServerProcess

_MISSING = [name for name in ("panda3d", "gltf", "pygltflib") if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.panda3d,
    pytest.mark.skipif(
        bool(_MISSING), reason=f"needs {', '.join(_MISSING)}: pip install 'lamp-motion[export,panda3d]'"
    ),
]


def play(address: str, out: Path, root: Path, *options: str) -> dict[str, Any]:
    """The example, as a person starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "examples.panda3d_client", "--server", address, "--out", str(out), *options],
        check=False, capture_output=True, text=True, cwd=root, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    report: dict[str, Any] = json.loads((out / "report.json").read_text())
    return report


def pixels(file: Path) -> Any:
    image = pytest.importorskip("PIL.Image", reason="needs pillow to look at pictures")
    return np.asarray(image.open(file).convert("RGB")).astype(int)


def orange(picture: Any) -> Any:
    """Where the right limbs of the figure are seen: nothing else is as red."""
    red, green, blue = (picture[..., i] for i in range(3))
    return (red > 110) & (green < 0.5 * red) & (blue < 0.4 * red)


def test_the_engine_shows_the_character_where_the_stream_has_it(tmp_path: Path, repository_dir: Path) -> None:
    with ServerProcess(["--stub"]) as server:
        report = play(server.address, tmp_path, repository_dir, "--seconds", "2.5", "--size", "320x320")
    assert report["frames"] > 5
    assert report["worst_bone_m"] < 1e-3, "bones in Panda3D are not where the stream has the joints"
    assert report["obstacle_messages"] >= 4, "three colliders, and the cart that begins to move"
    assert report["obstacle_messages"] <= 12, "what moves as foretold needs no further message"
    first, last = (pixels(tmp_path / report["pictures"][i]) for i in (0, -1))
    seen = [orange(picture) for picture in (first, last)]
    assert all(20 < mask.sum() < 0.1 * mask.size for mask in seen), "the figure is not in the picture"
    centres = [np.argwhere(mask).mean(axis=0) for mask in seen]
    assert np.linalg.norm(centres[1] - centres[0]) > 5, "it does not move"


@pytest.mark.slow
@pytest.mark.skipif(
    "LAMP_PANDA3D" not in os.environ, reason="half a minute on a quiet machine: LAMP_PANDA3D=1"
)
def test_with_the_bundle_a_person_walks_round_the_pillar(tmp_path: Path, repository_dir: Path) -> None:
    with ServerProcess(["--bundle", "research"]) as server:
        report = play(server.address, tmp_path, repository_dir, "--seconds", "6", "--speed", "0.5")
    assert report["worst_bone_m"] < 1e-3
    assert report["stalls"] == 0
    assert report["deepest_m"]["pillar/0"] < 0.10, "it walks through the pillar"
    start, end = np.array(report["walked_m"])
    assert start[1] - end[1] > 3.5, "it stays in front of the pillar"
