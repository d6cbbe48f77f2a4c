"""Exported files say what torch says, stand alone, and are described; a request that cannot be met writes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")

import onnxruntime as ort  # noqa: E402

from lamp.errors import BundleError, InputError  # noqa: E402
from lamp.models.text import MiniLMEncoder  # noqa: E402
from lamp.portable.export import MANIFEST, REPORT, Request, export  # noqa: E402
from lamp.portable.manifest import pattern  # noqa: E402
from lamp.problem import empty_row, fresh_state  # noqa: E402
from tests.source_tree import ROOT  # noqa: E402

PARITY = 1e-4
FRAMES = 80


@pytest.fixture(scope="module")
def folder(bundle, tmp_path_factory):
    """Any length, single precision."""
    out = tmp_path_factory.mktemp("export") / "dynamic"
    export(bundle, out, Request(precisions=("fp32",)))
    return out


@pytest.fixture(scope="module")
def fixed(bundle, tmp_path_factory):
    """80 frames, half-precision weights: what an engine would take."""
    out = tmp_path_factory.mktemp("export") / "fixed"
    export(bundle, out, Request(length=FRAMES, geometry=True))
    return out


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return ort.InferenceSession(
        path.read_bytes(), options, providers=["CPUExecutionProvider"]
    )  # alone: bytes, no folder


@pytest.fixture(scope="module")
def torch_engine(bundle):
    pytest.importorskip("torch")
    from lamp.prior import make_engine

    return make_engine(bundle, "torch", 1)


def passes(tokens: int, rows: int, width: int):
    """Inputs of each pass."""
    rng = np.random.default_rng(tokens)
    latents = rng.standard_normal((rows, tokens, width)).astype(np.float32)
    valid = np.ones((rows, tokens), np.float32)
    valid[0, -1] = 0
    features = rng.standard_normal((rows, tokens, 4, 137)).astype(np.float32)
    visible = (rng.random((rows, tokens, 6)) < 0.7).astype(np.float32)
    noisy = {
        "noisy": latents, "time": np.full(rows, 0.3, np.float32), "has_text": np.ones(rows, np.float32),
        "text": rng.standard_normal((rows, 384)).astype(np.float32), "context": latents[::-1].copy(),
        "known": (rng.random((rows, tokens)) < 0.5).astype(np.float32), "token_valid": valid,
    }  # fmt: skip
    return {"encoder": {"features": features, "visible": visible}, "denoiser": noisy,
            "decoder": {"latents": latents, "token_valid": valid}}  # fmt: skip


def torch_pass(engine, name, inputs):
    if name == "encoder":
        b, n, tau, width = inputs["features"].shape
        return engine.encode(inputs["features"].reshape(b, n * tau, width), inputs["visible"])
    return (
        engine.denoise(inputs)
        if name == "denoiser"
        else engine.decode(inputs["latents"], inputs["token_valid"])
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["encoder", "denoiser", "decoder"])
def test_passes_do_what_torch_does_at_any_length_and_at_a_fixed_one(
    folder, fixed, torch_engine, bundle, name
):
    width = bundle.base_shape.latent_width
    anything = session(folder / "fp32" / f"{name}.onnx")
    for tokens, rows in ((3, 2), (20, 1), (49, 1)):
        inputs = passes(tokens, rows, width)[name]
        expected = torch_pass(torch_engine, name, inputs)
        found = anything.run(None, inputs)[0]
        assert found.shape == expected.shape and np.abs(found - expected).max() <= PARITY
    inputs = passes(FRAMES // 4, 1, width)[name]
    found = session(fixed / "fp16" / f"{name}.onnx").run(None, inputs)[0]
    assert np.abs(found - torch_pass(torch_engine, name, inputs)).max() <= PARITY


@pytest.mark.slow
@pytest.mark.parametrize("geometry", [False, True])
def test_the_step_does_what_torch_does(fixed, torch_engine, bundle, geometry):
    """Three optimisation steps from the same start, with prompt, moving ball, grid and targets."""
    from lamp.engines.onnx_engine import make_batch, read_batch, run_batch

    shape, problem, state = busy(bundle, geometry)
    name = "step_f80_geometry.onnx" if geometry else "step_f80.onnx"
    found = make_batch(session(fixed / "fp16" / name), problem, dict(state))
    expected = torch_engine.load(shape, problem, state)
    run_batch(found, 3)
    torch_engine.run(expected, 3)
    found, expected = read_batch(found), torch_engine.read(expected)
    assert found["count"][0] == 3.0 and np.abs(found["noise"] - state["noise"]).max() > 0.05
    for key, value in expected.items():
        assert (np.abs(found[key] - value) <= PARITY * np.maximum(1.0, np.abs(value))).all(), key


def busy(bundle, geometry):
    """A problem that uses everything, of the live window."""
    from dataclasses import replace

    from lamp.problem import KeyFrames, Target, stack_rows
    from lamp.scene import Obstacle
    from lamp.scene.distance import pack
    from lamp.scene.window import SceneWindows, Surroundings
    from tests.lamp.geometry import ball_grid

    shape, rng = replace(bundle.base_shape, frames=FRAMES, geometry=geometry), np.random.default_rng(1)
    times, row = np.arange(FRAMES) / 20, empty_row(shape)
    row["text"], row["has_text"] = rng.standard_normal(shape.text_width), np.array(1.0)
    scene = [
        Obstacle(
            "box", (0.1, 1.0, 0.4), (0.3, 0.3, 0.3), linear_velocity_mps=(0.1, 0.0, 0.2), walkable=geometry
        )
    ]
    row.update(pack(scene, times).row(geometry=geometry))
    if geometry:
        scene.append(
            Obstacle("geometry", (0.3, 1.0, 0.5), grid=ball_grid(), linear_velocity_mps=(0.2, 0.0, 0.0))
        )
        row.update(SceneWindows().arrays(scene, Surroundings((0.0, 0.0, 0.0), (0.0, 1.0)), times))
    row["look"][:], row["look_weight"][:] = (2.0, 1.0, -1.0), 1.0
    keys = KeyFrames(FRAMES)
    keys.add(Target(20, (0.4, 1.2, 0.5)), 70, 75)
    row["key"], row["key_weight"] = keys.key, keys.weight
    noise = rng.standard_normal((shape.tokens, shape.latent_width)).astype(np.float32)
    row["start_noise"] = noise
    return shape, stack_rows([row], 1), stack_rows([fresh_state(shape, noise, budget=20, rate=0.1)], 1)


def test_the_sentence_encoder_gives_the_same_embedding_alone(folder, fixed):
    encoder, prompt = MiniLMEncoder(), "a person walks forward, then sits"
    expected, ids = encoder.embed([prompt])[0], encoder.token_ids(prompt)
    table = np.array([ids], np.int64)
    feed = {"input_ids": table, "attention_mask": np.ones_like(table), "token_type_ids": np.zeros_like(table)}
    assert np.abs(session(folder / "text.onnx").run(None, feed)[0][0] - expected).max() <= 1e-5
    padded = {k: np.pad(v, ((0, 0), (0, 32 - len(ids)))) for k, v in feed.items()}
    assert np.abs(session(fixed / "text.onnx").run(None, padded)[0][0] - expected).max() <= 1e-5


@pytest.mark.parametrize("which", ["folder", "fixed"])
def test_the_manifest_describes_every_file_and_tensor(which, request, bundle):
    out = request.getfixturevalue(which)
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf8"))
    assert {e["part"] for e in manifest["files"]} == {"encoder", "denoiser", "decoder", "text", "step"}
    assert len(manifest["skeleton"]["joints"]) == len(manifest["skeleton"]["parents"]) == 22
    for entry in manifest["files"]:
        content = (out / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"] and len(content) == entry["bytes"]
        model = onnx.load_from_string(content)
        assert all(t.data_location != onnx.TensorProto.EXTERNAL for t in model.graph.initializer)
        tensors = entry["inputs"] + entry["outputs"]
        assert [t["name"] for t in tensors] == [v.name for v in [*model.graph.input, *model.graph.output]]
        assert all(t["meaning"] and t["unit"] for t in tensors), entry["file"]
        if which == "fixed":
            assert all(isinstance(d, int) for t in entry["inputs"] for d in t["shape"])
    assert (out / manifest["text"]["tokenizer"]).exists() and (out / "MODEL_CARD.md").exists()


def test_the_defaults_of_the_manifest_rebuild_an_empty_problem(fixed, bundle):
    from dataclasses import replace

    manifest = json.loads((fixed / MANIFEST).read_text(encoding="utf8"))
    for entry in (e for e in manifest["files"] if e["part"] == "step"):
        shape = replace(bundle.base_shape, frames=entry["step"]["frames"], geometry=entry["step"]["geometry"])
        state = fresh_state(shape, np.zeros((shape.tokens, shape.latent_width)), budget=60, rate=0.1)
        wanted = empty_row(shape) | {f"state_{k}": v for k, v in state.items()}
        for tensor in entry["inputs"]:
            value, rule = wanted[tensor["name"]], entry["step"]["defaults"][tensor["name"]]
            assert [1, *value.shape] == tensor["shape"], tensor["name"]
            assert np.array_equal(filled(rule, value.size), value.reshape(-1)), tensor["name"]


def filled(rule, size):
    if "value" in rule:
        return np.full(size, rule["value"], np.float32)
    if "first" in rule:
        return np.array([rule["first"]] + [rule["rest"]] * (size - 1), np.float32)
    return np.resize(np.array(rule["repeat"], np.float32), size)


@pytest.mark.parametrize(
    "value", [np.ones((2, 3)), np.eye(1, 6), np.tile(np.eye(3), (4, 1, 1)), np.arange(6.0)]
)
def test_patterns_give_back_what_they_were_made_of(value):
    rule = pattern(value)
    assert np.array_equal(filled(rule, value.size), value.reshape(-1).astype(np.float32))


@pytest.mark.parametrize("which", ["folder", "fixed"])
def test_every_file_offered_by_default_passes_the_tables(which, request):
    report = json.loads((request.getfixturevalue(which) / REPORT).read_text(encoding="utf8"))
    assert {t["engine"] for t in report["tables"]} == {"unity", "unreal"}
    assert {f["status"] for f in report["files"]} == {"ok", "unpublished"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"length": 81}, "81 frames; give a multiple of 4 from 8 to 256"),
        ({"length": 400}, "400 frames; give a multiple"),
        ({"length": 200}, "200 frames is more than any step graph"),
        ({"precisions": ("fp8",)}, "'fp8' is unknown"),
        ({"precisions": ()}, "is empty"),
        ({"targets": ("godot",)}, "'godot' is unknown"),
    ],
)
def test_what_cannot_be_met_is_named_and_writes_nothing(bundle, tmp_path, change, says):
    with pytest.raises(InputError, match=says):
        export(bundle, tmp_path / "out", Request(**change))
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_stays(bundle, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="out is a file; give a folder"):
        export(bundle, tmp_path / "out", Request())
    assert (tmp_path / "out").read_text() == "mine"


def test_a_damaged_graph_is_named_and_an_earlier_export_stays(bundle, tmp_path):
    from lamp import bundle as bundles

    copy = tmp_path / "copy"
    shutil.copytree(bundle.folder, copy)
    (copy / "decoder.onnx.gz").write_bytes(b"no gzip")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST).write_text("earlier")
    with pytest.raises(BundleError, match=r"decoder.onnx.gz cannot be read.*training graphs"):
        export(bundles.load(copy), tmp_path / "out", Request(length=FRAMES))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "out"]
    assert (tmp_path / "out" / MANIFEST).read_text() == "earlier"


def test_no_torch_is_needed(tmp_path):
    """In a process in which torch cannot be imported."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from runtime.cli import main\n"
        f"sys.exit(main(['export-onnx', 'open', {str(tmp_path / 'out')!r}, '--length', '80', '--check']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "step_f80.onnx" in done.stdout and "Unity Sentis 2.1" in done.stdout
