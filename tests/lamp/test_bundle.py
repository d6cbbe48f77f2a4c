"""Bundles on disk: every kind of damage is named, with what to do about it; graphs say what torch says."""

from __future__ import annotations

import gzip
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

torch = pytest.importorskip("torch")

from safetensors.numpy import load_file, save_file  # noqa: E402

from lamp import bundle as bundles  # noqa: E402
from lamp.chain import time_grid  # noqa: E402
from lamp.errors import BundleError, InputError  # noqa: E402
from lamp.networks import build_networks  # noqa: E402
from lamp.problem import KeyFrames, Target, empty_row, fresh_state, stack_rows  # noqa: E402
from lamp.scene import Obstacle  # noqa: E402
from lamp.scene.distance import pack  # noqa: E402
from lamp.scene.window import SceneWindows, Surroundings  # noqa: E402
from tests import tiny  # noqa: E402
from tests.lamp.geometry import ball_grid  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    return tiny.write_bundle(tmp_path / "tiny")


def change_manifest(folder: Path, **changes):
    file = folder / bundles.MANIFEST
    info = yaml.safe_load(file.read_text(encoding="utf8"))
    file.write_text(yaml.safe_dump({**info, **changes}), encoding="utf8")


def change_weights(folder: Path, change):
    file = folder / "weights-00.safetensors"
    weights = load_file(file)
    change(weights)
    save_file(weights, file)


def test_a_whole_bundle_loads_and_builds(folder):
    loaded = bundles.load(folder)
    assert loaded.name == "tiny" and sorted(loaded.grids) == [tiny.LIVE_FRAMES, tiny.LONG_FRAMES]
    assert all(w.dtype == np.float32 for w in loaded.weights.values())
    networks = build_networks(loaded)
    for name, value in tiny.networks().state_dict().items():
        assert torch.allclose(networks.state_dict()[name], value.half().float()), name


DAMAGE = {
    "no weights": (
        lambda f: (f / "weights-00.safetensors").unlink(),
        "weights-00.safetensors is missing; fetch",
    ),
    "cut off": (
        lambda f: (f / "weights-00.safetensors").write_bytes(
            (f / "weights-00.safetensors").read_bytes()[:5000]
        ),
        "weights-00.safetensors is damaged.*fetch it again",
    ),
    "a pointer": (lambda f: (f / "weights-00.safetensors").write_text("version https://example"), "damaged"),
    "NaN": (
        lambda f: change_weights(f, lambda w: w["denoiser.leave.bias"].__setitem__(3, np.nan)),
        "denoiser.leave.bias.*not finite",
    ),
    "schema": (
        lambda f: change_manifest(f, schema=99),
        "schema is 99, this version reads 1; retrain or update",
    ),
    "no manifest fields": (lambda f: (f / "bundle.yaml").write_text("[1, 2]"), "schema is None"),
    "not YAML": (lambda f: (f / "bundle.yaml").write_text("a: [1"), "not valid YAML"),
    "skeleton": (lambda f: change_manifest(f, skeleton_hash="0123"), "'0123', this version has"),
    "unknown size": (
        lambda f: change_manifest(f, denoiser={**vars(tiny.denoiser_config()), "depth": 3}),
        r"denoiser: unknown keys \['depth'\]",
    ),
    "bad size": (
        lambda f: change_manifest(f, autoencoder={**vars(tiny.autoencoder_config()), "head_width": 7}),
        "head_width 7",
    ),
    "no steps": (lambda f: remove_key(f, "steps"), "steps"),
}


def remove_key(folder: Path, key: str):
    file = folder / bundles.MANIFEST
    info = yaml.safe_load(file.read_text(encoding="utf8"))
    del info[key]
    file.write_text(yaml.safe_dump(info), encoding="utf8")


@pytest.mark.parametrize("kind", sorted(DAMAGE))
def test_damage_is_named(folder, kind):
    damage, says = DAMAGE[kind]
    damage(folder)
    with pytest.raises(BundleError, match=says):
        bundles.load(folder)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda w: w.__setitem__("denoiser.leave.bias", np.zeros(5, np.float16)), "denoiser.leave.bias"),
        (lambda w: w.pop("autoencoder.mask_token"), "autoencoder.mask_token"),
        (lambda w: w.__setitem__("extra", np.zeros(2, np.float16)), "extra"),
        (lambda w: w.pop("latent_std"), "latent_std.*rebuild"),
    ],
)
def test_weights_that_do_not_fit_are_named(folder, change, says):
    change_weights(folder, change)
    with pytest.raises(BundleError, match=says):
        build_networks(bundles.load(folder))


def test_unknown_bundles_list_what_there_is(tmp_path):
    with pytest.raises(InputError, match=r"folder with bundle\.yaml"):
        bundles.load(tmp_path / "nothing")


# -- graphs -----------------------------------------------------------------------------------------------------------


def test_missing_and_damaged_graphs_are_named(folder):
    from lamp.engines.onnx_engine import OnnxEngine

    loaded = bundles.load(folder)
    engine = OnnxEngine(folder, loaded.weights, loaded.graphs, loaded.base_shape, threads=1)
    problem, state = batch()
    with pytest.raises(BundleError, match=r"step_f48_b1.onnx.gz.*rebuild"):
        engine.load(tiny.shape(), problem, state)
    (folder / "step_f48_b1.onnx.gz").write_bytes(b"no gzip")
    with pytest.raises(BundleError, match=r"step_f48_b1.onnx.gz.*rebuild"):
        engine.load(tiny.shape(), problem, state)


def batch(frames: int = tiny.LIVE_FRAMES, geometry: bool = False, rows: int = 1):
    """A busy problem: text, obstacle, key, point to look at; with geometry also steps and something that has a grid."""
    shape, rng = replace(tiny.shape(frames), geometry=geometry), np.random.default_rng(0)
    times = np.arange(frames) / 20
    box = Obstacle("box", (0.1, 1.0, 0.4), (0.3, 0.3, 0.3), walkable=geometry)
    problems, states = [], []
    for _ in range(rows):
        row = empty_row(shape)
        row["text"], row["has_text"] = rng.standard_normal(tiny.TEXT_WIDTH), np.array(1.0)
        row.update(pack([box], times).row(geometry=geometry))
        if geometry:
            ball = Obstacle(
                "geometry", (0.3, 1.0, 0.5), grid=ball_grid(), linear_velocity_mps=(0.2, 0.0, 0.0)
            )
            row.update(SceneWindows().arrays([box, ball], Surroundings((0.0, 0.0, 0.0), (0.0, 1.0)), times))
        row["look"][:], row["look_weight"][:] = (2.0, 1.0, -1.0), 1.0
        keys = KeyFrames(frames)
        keys.add(Target(20, (0.4, 1.2, 0.5)), frames - 4, frames - 2)
        row["key"], row["key_weight"] = keys.key, keys.weight
        noise = rng.standard_normal((shape.tokens, shape.latent_width)).astype(np.float32)
        row["start_noise"] = noise
        problems.append(row)
        states.append(fresh_state(shape, noise, budget=20, rate=0.1))
    return stack_rows(problems, rows), stack_rows(states, rows)


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "geometry"), [("vit", False), ("vit", True), ("resnet", False)])
def test_the_step_graph_does_what_torch_does_and_holds_no_weights(tmp_path, variant, geometry):
    """16 frames, a chain of 2: five optimisation steps in both engines from the same start."""
    pytest.importorskip("onnxscript")
    from lamp.engines.onnx_engine import OnnxEngine, external_names
    from lamp.engines.torch_engine import TorchEngine
    from lamp.formats.onnx_graph import export_step, write_graph

    logging.getLogger("torch").setLevel(logging.ERROR)
    networks, shape, grid = tiny.networks(variant), replace(tiny.shape(16), geometry=geometry), time_grid(2)
    graph = export_step(networks, shape, 1, grid)
    write_graph(tmp_path / "step.onnx.gz", graph)
    assert gzip.decompress((tmp_path / "step.onnx.gz").read_bytes()) == graph
    own = {k.replace(".", "__") for k, _ in networks.named_parameters()}
    used = external_names(graph)
    # the step needs decoder and denoiser; no large array of them may be inside the file
    assert {n for n in own if n.startswith("denoiser") and "null_text" not in n} <= used
    for value in networks.denoiser.parameters():
        if float(value.std()) > 0:  # biases start as zeros, which any file holds
            assert value.numel() < 100 or value.numpy().tobytes() not in graph
    weights = {k: v.numpy() for k, v in networks.state_dict().items()}
    onnx = OnnxEngine(tmp_path, weights, {(16, 1, geometry): "step.onnx.gz"}, shape, threads=1)
    plain = TorchEngine(networks, [shape], {16: grid}, torch.device("cpu"), capture=False)
    problem, state = batch(16, geometry)
    results = []
    for engine in (onnx, plain):
        loaded = engine.load(shape, problem, state)
        engine.run(loaded, 5)
        results.append(engine.read(loaded))
    for name, expected in results[1].items():  # jitter is thousands of m/s^3, all else is about one
        assert (np.abs(results[0][name] - expected) <= 1e-4 * np.maximum(1.0, np.abs(expected))).all(), name
    assert float(results[0]["count"][0]) == 5.0
    assert np.abs(results[0]["noise"] - state["noise"]).max() > 0.05


@pytest.mark.slow
def test_the_plain_passes_do_what_torch_does_at_any_length(tmp_path, rng):
    pytest.importorskip("onnxscript")
    from lamp.engines.onnx_engine import OnnxEngine
    from lamp.formats.onnx_graph import export_forward, write_graph

    logging.getLogger("torch").setLevel(logging.ERROR)
    networks = tiny.networks()
    for name, graph in export_forward(networks).items():
        write_graph(tmp_path / f"{name}.onnx.gz", graph)
    weights = {k: v.numpy() for k, v in networks.state_dict().items()}
    onnx, plain = OnnxEngine(tmp_path, weights, {}, tiny.shape(), threads=1), tiny.engine(networks)
    for rows, tokens in ((1, 3), (2, 12)):
        raw = rng.standard_normal((rows, 4 * tokens, 137)).astype(np.float32)
        visible = (rng.random((rows, tokens, 6)) < 0.7).astype(np.float32)
        latents = rng.standard_normal((rows, tokens, 48)).astype(np.float32)
        valid = np.ones((rows, tokens), np.float32)
        valid[0, -1] = 0
        inputs = {
            "noisy": latents, "time": np.full(rows, 0.3, np.float32), "has_text": np.ones(rows, np.float32),
            "text": rng.standard_normal((rows, tiny.TEXT_WIDTH)).astype(np.float32), "context": latents[::-1].copy(),
            "known": (rng.random((rows, tokens)) < 0.5).astype(np.float32), "token_valid": valid,
        }  # fmt: skip
        for method, arguments in (
            ("encode", (raw, visible)),
            ("denoise", (inputs,)),
            ("decode", (latents, valid)),
        ):
            found, expected = (getattr(engine, method)(*arguments) for engine in (onnx, plain))
            assert found.shape == expected.shape and np.abs(found - expected).max() <= 1e-4, method
