"""A device that runs out of memory: real engines that refuse large batches. Work goes on, smaller or elsewhere."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp import batch_limits, bundle, prior  # noqa: E402
from lamp.batch_limits import is_out_of_memory  # noqa: E402
from lamp.chain import time_grid  # noqa: E402
from lamp.engines.base import Engine  # noqa: E402
from lamp.engines.fallback import FallbackEngine  # noqa: E402
from lamp.engines.torch_engine import TorchEngine  # noqa: E402
from lamp.optimizer import NoiseOptimizer, PlanJob, white_noise  # noqa: E402
from lamp.problem import Arrays, KeyFrames, Shape, Target, empty_row, fresh_state  # noqa: E402
from tests import tiny  # noqa: E402

SHAPE = tiny.shape()


class Small(TorchEngine):
    """The torch engine on a device with memory for ``most`` rows. ``buckets``: only such batches, as on a GPU."""

    def __init__(self, most: int, buckets: tuple[int, ...] = ()) -> None:
        shapes = [tiny.shape(tiny.LIVE_FRAMES), tiny.shape(tiny.LONG_FRAMES)]
        grids = {s.frames: time_grid(2) for s in shapes}
        super().__init__(tiny.networks(), shapes, grids, torch.device("cpu"), capture=False)
        self.most, self.buckets = most, buckets
        self.ran: list[int] = []
        self.released: list[int] = []

    def batch_size(self, shape: Shape, rows: int) -> int:
        return next((b for b in self.buckets if b >= rows), max(self.buckets, default=rows))

    def load(self, shape: Shape, problem: Arrays, state: Arrays) -> Any:
        if len(state["noise"]) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        self.ran.append(len(state["noise"]))
        return super().load(shape, problem, state)

    def encode(self, features: Any, visible: Any) -> Any:
        if self.most < 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return super().encode(features, visible)

    def release(self, shape: Shape, size: int) -> None:
        self.released.append(size)


def job(seed: int, max_steps: int = 4) -> PlanJob:
    row = empty_row(SHAPE)
    keys = KeyFrames(SHAPE.frames)
    keys.add(Target(20, (0.6, 1.2, 0.5)), 30, 34)
    row["key"], row["key_weight"] = keys.key, keys.weight
    noise = white_noise(np.random.default_rng(seed), SHAPE)
    row["start_noise"] = noise
    return PlanJob(SHAPE, [(row, fresh_state(SHAPE, noise, budget=30, rate=0.1))], max_steps, tolerances=None)


def losses(engine: Engine, count: int = 6, optimizer: NoiseOptimizer | None = None) -> list[float]:
    """Of some jobs after 4 steps."""
    jobs, optimizer = [job(i) for i in range(count)], optimizer or NoiseOptimizer(engine)
    while not all(j.finished for j in jobs):
        optimizer.advance(jobs, 2)
    assert [j.steps for j in jobs] == [4] * count, "every job gets exactly its own steps"
    return [j.report().loss for j in jobs]


def test_batches_shrink_until_they_fit_and_results_stay_the_same() -> None:
    engine = Small(2)
    assert losses(engine) == pytest.approx(losses(tiny.engine()), rel=1e-4)
    assert engine.released == [6, 3], "half each time"
    assert set(engine.ran) == {1}, "3 // 2"


@pytest.mark.parametrize(("most", "runs"), [(64, 8), (7, 4), (3, 1)])
def test_recorded_sizes_are_stepped_down_one_by_one(most: int, runs: int) -> None:
    engine = Small(most, buckets=(1, 4, 8, 16))
    losses(engine, 7)
    assert engine.ran[-1] == runs
    assert all(size in engine.buckets for size in engine.released)


def test_larger_batches_are_tried_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_limits, "_GROW_AFTER", 3)
    engine = Small(3)
    optimizer = NoiseOptimizer(engine)
    losses(engine, 6, optimizer)
    assert optimizer.limits.failures == 1
    engine.most = 100  # whatever else used the memory is gone
    for _ in range(4):
        losses(engine, 6, optimizer)
    assert engine.ran[-1] == 6
    assert optimizer.limits.failures == 1
    engine.most = 3
    losses(engine, 6, optimizer)
    failures = optimizer.limits.failures
    for _ in range(20):
        losses(engine, 6, optimizer)
    assert failures < optimizer.limits.failures <= failures + 3, "it tries ever less often"


def test_without_memory_for_one_row_another_engine_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    first = Small(0)
    engine = FallbackEngine(first, tiny.engine)
    optimizer = NoiseOptimizer(engine)
    with caplog.at_level(logging.ERROR):
        assert losses(engine, 6, optimizer) == pytest.approx(losses(tiny.engine()), rel=1e-4)
    assert engine.gave_up
    assert first.ran == []
    assert "no memory left" in caplog.text
    assert optimizer.limits.size(engine, SHAPE, 6) == 6, "the limits were those of the first engine"


def test_the_cpu_takes_over_with_graphs_or_without(tmp_path: Path) -> None:
    assert prior._cpu_engine(bundle.load("research"), None).name == "onnx"
    bare = prior._cpu_engine(bundle.load(tiny.write_bundle(tmp_path / "tiny")), None)
    assert (bare.name, bare.device) == ("torch", "cpu")


def test_network_passes_change_the_engine_too() -> None:
    engine = FallbackEngine(Small(0), tiny.engine)
    features = np.zeros((1, 8, 137), np.float32)
    visible = np.ones((1, 2, 6), np.float32)
    assert np.array_equal(engine.encode(features, visible), tiny.engine().encode(features, visible))
    assert engine.gave_up


def test_without_another_engine_the_error_is_told_and_nothing_is_changed() -> None:
    one = job(0)
    before = {name: value.copy() for name, value in one.rows[0][1].items()}
    with pytest.raises(torch.OutOfMemoryError):
        NoiseOptimizer(Small(0)).advance([one], 2)
    assert all(np.array_equal(before[name], value) for name, value in one.rows[0][1].items())


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    class Broken(Small):
        def load(self, shape: Shape, problem: Arrays, state: Arrays) -> Any:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")

    with pytest.raises(RuntimeError, match="illegal"):
        NoiseOptimizer(FallbackEngine(Broken(9), tiny.engine)).advance([job(0)], 1)


def test_what_libraries_say() -> None:
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert is_out_of_memory(
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: failed to allocate")
    )
    assert is_out_of_memory(RuntimeError("CUDA error: out of memory"))
    assert is_out_of_memory(RuntimeError("std::bad_alloc"))
    assert not is_out_of_memory(ValueError("out of memory"))
    assert not is_out_of_memory(RuntimeError("shape mismatch"))


def test_onnxruntime_says_it_so() -> None:
    """The real library, asked for more than there is."""
    onnx = pytest.importorskip("onnx")
    import onnxruntime

    node = onnx.helper.make_node("ConstantOfShape", ["shape"], ["out"])
    graph = onnx.helper.make_graph(
        [node], "huge", [onnx.helper.make_tensor_value_info("shape", onnx.TensorProto.INT64, [1])],
        [onnx.helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, [None])],
    )  # fmt: skip
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    with pytest.raises(Exception, match="alloc") as failed:
        session.run(None, {"shape": np.array([2**46], np.int64)})
    assert is_out_of_memory(failed.value)
