"""A recording as a motion file: what its client saw, whatever axes it spoke."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from runtime import cli
from runtime.commands import motions
from runtime.recording import Playback, Recording


@pytest.mark.parametrize("axes", ["MODEL", "UNREAL"])
def test_what_was_shown_is_exported_and_reads_back_the_same(
    axes: str, record_stub: Callable[..., Path], tmp_path: Path
) -> None:
    recording = record_stub(axes=axes)
    out = tmp_path / "session.bvh"
    playback = Playback.of(Recording.open(recording))
    assert (
        cli.main(
            ["export", str(recording), "--format", "bvh", "--fps", f"{playback.fps:g}", "--out", str(out)]
        )
        == 0
    )
    back = motions.load_any(out)
    assert len(back) == playback.index(playback.shown_until_s) + 1
    assert len(back) < len(playback.motion), "frames that were only planned are no part of it"
    assert np.abs(back.positions_m - playback.motion.positions_m[: len(back)]).max() < 1e-3
