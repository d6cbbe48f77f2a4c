"""Graphs of the onnx engine are loaded ahead, beside the caller, and once each."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from lamp.engines.onnx_engine import OnnxEngine
from lamp.errors import BundleError
from lamp.prior import MotionPrior


class Slow(OnnxEngine):
    """Notes what is opened, and opens nothing before it may."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.may_open = threading.Event()
        self.opened: list[str] = []

    def _open(self, file: str) -> Any:
        self.opened.append(file)
        self.may_open.wait(30)
        return super()._open(file)


@pytest.fixture
def slow() -> Slow:
    bundle = MotionPrior.load("research", engine="onnx").bundle
    return Slow(bundle.folder, bundle.weights, bundle.graphs, bundle.base_shape, 1)


def test_preload_returns_at_once_and_opens_each_graph_once(slow: Slow) -> None:
    live, *_ = slow.shapes()
    slow.preload([live])
    slow.preload([live])
    assert not slow.may_open.is_set(), "it returned although nothing is open yet"
    slow.may_open.set()
    sessions = [slow._session(file) for file in ("encoder.onnx.gz", "decoder.onnx.gz")]
    assert [slow._session(file) for file in ("encoder.onnx.gz", "decoder.onnx.gz")] == sessions
    wanted = {
        "encoder.onnx.gz",
        "denoiser.onnx.gz",
        "decoder.onnx.gz",
        "step_f80_b1.onnx.gz",
        "step_f80_b4.onnx.gz",
    }
    for file in wanted:
        slow._session(file)
    assert sorted(slow.opened) == sorted(wanted), "graphs of other shapes wait until they are asked for"
    assert slow.opened[:2] == ["encoder.onnx.gz", "step_f80_b1.onnx.gz"], (
        "what the first plan needs comes first"
    )


def test_a_missing_graph_is_told_to_whoever_needs_it(slow: Slow, tmp_path: Path) -> None:
    slow._folder = tmp_path
    slow.may_open.set()
    slow.preload(slow.shapes()[:1])
    with pytest.raises(BundleError, match=r"encoder\.onnx\.gz"):
        slow._session("encoder.onnx.gz")
