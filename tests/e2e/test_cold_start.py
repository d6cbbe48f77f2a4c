"""From nothing to a server that serves, with the real bundle. ``scripts/cold_start.py`` measures it by the clock."""

from __future__ import annotations

import sys

import pytest

from scripts.cold_start import measure

MOST_CPU_S = 20.0  # two cores for 10 s; unlike the clock, it hardly depends on what else runs here


@pytest.mark.slow
def test_a_server_is_up_soon_and_its_first_character_moves(capsys: pytest.CaptureFixture[str]) -> None:
    start = measure()
    with capsys.disabled():
        sys.stdout.write(
            f"\ncold start: SERVING after {start.serving_s:.2f} s ({start.cpu_s:.2f} s of CPU), "
            f"first plan after {start.first_plan_s:.2f} s\n"
        )
    assert 0.0 < start.cpu_s <= MOST_CPU_S, start.log
    assert start.first_plan_s > start.serving_s
    assert "graph step_f80_b1.onnx.gz" in start.log
