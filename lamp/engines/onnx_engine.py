"""The engine that needs no torch: every pass, and the optimisation step itself, is an ONNX graph.

Graphs carry no weights; those come from the bundle's safetensors and are injected when a session is made. Sessions are
made on first use, seconds each on a small machine, or ahead of it by ``preload``.
"""

from __future__ import annotations

import gzip
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from lamp.errors import BundleError
from lamp.problem import Array, Arrays, Shape

log = logging.getLogger(__name__)
_PASSES = ("encoder.onnx.gz", "denoiser.onnx.gz", "decoder.onnx.gz")
_LOADERS = 2  # sessions made at a time
StepKey = tuple[int, int, bool]  # frames, batch, geometry


@dataclass
class Batch:
    """A loaded batch: one feed dictionary that every step updates in place."""

    session: ort.InferenceSession
    feed: Arrays
    outputs: list[str]


class OnnxEngine:
    """onnxruntime on the CPU: the default without a GPU (fact sheet on the ONNX step: 2.5 times faster than torch)."""

    name = "onnx"
    device = "cpu"
    captured = False

    def __init__(
        self,
        folder: Path,
        weights: Arrays,
        steps: dict[StepKey, str],
        base: Shape,
        threads: int | None = None,
    ) -> None:
        """``steps`` maps ``(frames, batch, geometry)`` to a graph file in ``folder``; ``base`` gives the widths."""
        self._folder, self._steps, self._base = folder, steps, base
        self._values = {k.replace(".", "__"): ort.OrtValue.ortvalue_from_numpy(v) for k, v in weights.items()}
        self._threads = threads
        self._sessions: dict[str, Future[ort.InferenceSession]] = {}
        self._loaders = ThreadPoolExecutor(_LOADERS, thread_name_prefix="lamp-graphs")
        self._lock = threading.Lock()
        self._closed = False

    def preload(self, shapes: Sequence[Shape], at_once: int = _LOADERS) -> None:
        """Begin to make the sessions that problems of these shapes need, those of the first shape first; who needs one
        waits for it."""
        wanted = [(shape.frames, shape.geometry) for shape in shapes]
        known = sorted(
            (wanted.index((f, g)), b, file) for (f, b, g), file in self._steps.items() if (f, g) in wanted
        )
        steps = [file for *_, file in known]
        files = iter((_PASSES[0], *steps[:1], *_PASSES[1:], *steps[1:]))

        def go_on(_: object = None) -> None:
            if not self._closed and (file := next(files, None)) is not None:
                self._promise(file).add_done_callback(go_on)

        for _ in range(at_once):
            go_on()

    def encode(self, features: Array, visible: Array) -> Array:
        b, t, width = features.shape
        tau = self._base.patch_frames
        patches = features[:, : t // tau * tau].reshape(b, t // tau, tau, width)
        feed = {"features": patches.astype(np.float32), "visible": visible.astype(np.float32)}
        return np.asarray(self._session("encoder.onnx.gz").run(None, feed)[0])

    def denoise(self, inputs: Arrays) -> Array:
        feed = {name: np.asarray(value, np.float32) for name, value in inputs.items()}
        return np.asarray(self._session("denoiser.onnx.gz").run(None, feed)[0])

    def decode(self, latents: Array, token_valid: Array) -> Array:
        feed = {"latents": latents.astype(np.float32), "token_valid": token_valid.astype(np.float32)}
        return np.asarray(self._session("decoder.onnx.gz").run(None, feed)[0])

    def shapes(self) -> list[Shape]:
        return [replace(self._base, frames=n) for n in sorted({frames for frames, _, _ in self._steps})]

    def with_geometry(self, shape: Shape) -> Shape:
        wide = replace(shape, geometry=True)
        self._sizes(wide)
        return wide

    def batch_size(self, shape: Shape, rows: int) -> int:
        sizes = self._sizes(shape)
        return next((size for size in sizes if size >= rows), sizes[-1])

    def _sizes(self, shape: Shape) -> list[int]:
        """Batches there is a graph for, smallest first; ``BundleError`` when there is none."""
        sizes = sorted(b for f, b, g in self._steps if (f, g) == (shape.frames, shape.geometry))
        if not sizes:
            kind = "with" if shape.geometry else "without"
            raise BundleError(
                f"the bundle has no step graph of {shape.frames} frames {kind} geometry; have {sorted(self._steps)}: "
                "make them with `python -m training graphs`"
            )
        return sizes

    def load(self, shape: Shape, problem: Arrays, state: Arrays) -> Batch:
        size = len(state["noise"])
        file = self._steps.get((shape.frames, size, shape.geometry))
        if file is None:
            raise BundleError(
                f"no step graph for {shape.frames} frames in batches of {size}; have {self._sizes(shape)}"
            )
        return make_batch(self._session(file), problem, state)

    def run(self, batch: Batch, steps: int) -> None:
        run_batch(batch, steps)

    def read(self, batch: Batch) -> Arrays:
        return read_batch(batch)

    def release(self, shape: Shape, size: int) -> None:
        self._sessions.pop(self._steps.get((shape.frames, size, shape.geometry), ""), None)

    def give_up(self, error: Exception) -> bool:
        return False

    def close(self) -> None:
        self._closed = True
        self._loaders.shutdown(wait=False, cancel_futures=True)

    def memory_bytes(self) -> int:
        return 0

    def _session(self, file: str) -> ort.InferenceSession:
        return self._promise(file).result()

    def _promise(self, file: str) -> Future[ort.InferenceSession]:
        with self._lock:
            if file not in self._sessions:
                self._sessions[file] = self._loaders.submit(self._open, file)
            return self._sessions[file]

    def _open(self, file: str) -> ort.InferenceSession:
        began_s = time.monotonic()
        options = ort.SessionOptions()
        if self._threads:
            options.intra_op_num_threads = self._threads
        # threads that sleep between the small products of a step wake up too late to help
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        options.log_severity_level = 3
        try:
            graph = gzip.decompress((self._folder / file).read_bytes())
        except OSError as error:
            raise BundleError(
                f"graph {file} cannot be read ({error}); rebuild it with `python -m training bundle`"
            ) from error
        names = sorted(name for name in external_names(graph) if name in self._values)
        options.add_external_initializers(names, [self._values[n] for n in names])
        session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        log.debug("graph %s was ready after %.2f s", file, time.monotonic() - began_s)
        return session


def make_batch(session: ort.InferenceSession, problem: Arrays, state: Arrays) -> Batch:
    """A batch for the session of a step graph; what the graph does not ask for is left out."""
    known = {i.name for i in session.get_inputs()}
    feed = problem | {f"state_{k}": v for k, v in state.items()}
    return Batch(
        session, {k: v for k, v in feed.items() if k in known}, [o.name for o in session.get_outputs()]
    )


def run_batch(batch: Batch, steps: int) -> None:
    """Optimisation steps: what a step gives is what the next one starts from."""
    for _ in range(steps):
        for name, value in zip(batch.outputs, batch.session.run(None, batch.feed), strict=True):
            key = "state_" + name.removeprefix("next_")
            if key in batch.feed:
                batch.feed[key] = value


def read_batch(batch: Batch) -> Arrays:
    """The state of a batch: copies."""
    return {k.removeprefix("state_"): np.array(v) for k, v in batch.feed.items() if k.startswith("state_")}


def external_names(graph: bytes) -> set[str]:
    """Names of the weights a graph leaves out. Read from the protobuf directly, so that ``onnx`` is not needed."""
    names = set()
    for field, payload in _fields(graph):
        if field == 7:  # ModelProto.graph
            for inner, tensor in _fields(payload):
                if inner == 5:  # GraphProto.initializer
                    parts = dict(_fields(tensor))
                    if parts.get(14) == 1:  # TensorProto.data_location == EXTERNAL
                        names.add(bytes(parts[8]).decode())
    return names


def _fields(data: bytes | memoryview) -> Any:
    """Top-level ``(field number, value)`` of a protobuf message; values are ints or memoryviews."""
    view = memoryview(data)
    i = 0
    while i < len(view):
        key, i = _varint(view, i)
        kind = key & 7
        if kind == 0:
            value, i = _varint(view, i)
            yield key >> 3, value
        elif kind == 2:
            size, i = _varint(view, i)
            yield key >> 3, view[i : i + size]
            i += size
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            yield key >> 3, view[i : i + size]
            i += size
        else:
            raise BundleError(f"the graph file is damaged (wire type {kind}); rebuild the bundle")


def _varint(view: memoryview, i: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[i]
        value |= (byte & 127) << shift
        i += 1
        if not byte & 128:
            return value, i
        shift += 7
