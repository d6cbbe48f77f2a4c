"""The C# sample: compiled as Unity would (C# 9, unsafe), run against onnxruntime's native library alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx")
toolchain = pytest.importorskip("scripts.csharp_toolchain")

from lamp.models.text import MiniLMEncoder  # noqa: E402
from tests.source_tree import ROOT  # noqa: E402

SOURCES = ROOT / "examples" / "onnx_csharp"
PROMPTS = ("a person walks forward", "A person's walking - quickly!", "unbelievably zigzagging (3 times)", "")


def native_library() -> Path:
    """onnxruntime's C library, out of the Python package."""
    import onnxruntime

    found = sorted((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so*"))
    if not found:
        pytest.skip("this onnxruntime wheel has no libonnxruntime.so")
    return found[0]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Any:
    """Runs the sample with further arguments; its JSON."""
    from lamp import bundle as bundles
    from lamp.portable.export import Request, export

    folder = tmp_path_factory.mktemp("csharp")
    library = native_library()
    try:
        program = toolchain.build(
            toolchain.Build(sorted(SOURCES.glob("*.cs")), folder / "program" / "OnnxAvoid.dll", unsafe=True)
        )
    except toolchain.Unavailable as missing:
        pytest.skip(str(missing))
    export(bundles.load("open"), folder / "export", Request(length=80))

    def start(*arguments: str) -> Any:
        command = toolchain.command(program, str(folder / "export"), str(library), *arguments)
        done = subprocess.run(
            command, env=toolchain.environment(), capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return start


@pytest.mark.slow
def test_it_avoids_a_ball_and_again_when_the_ball_turns(run):
    report = run()
    assert report["penetration_before_m"] > 0.1 and report["penetration_before_turn_m"] > 0.1
    assert report["penetration_after_m"] < 0.01 and report["penetration_after_turn_m"] < 0.01
    assert report["steps"] == 100 and report["bytes_allocated_per_step"] == 0


@pytest.mark.parametrize("prompt", PROMPTS)
def test_its_tokenizer_and_encoder_say_what_the_server_says(run, prompt):
    encoder, found = MiniLMEncoder(), run("--embed", prompt)
    assert found["ids"] == encoder.token_ids(prompt)
    assert np.abs(np.array(found["embedding"]) - encoder.embed([prompt])[0]).max() <= 1e-5
