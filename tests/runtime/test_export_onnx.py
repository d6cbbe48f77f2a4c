"""``lamp export-onnx``: options, the printed table, exit status; and the figures of ``--bench``."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("onnx")

from lamp.errors import InputError
from runtime.bench import precisions
from runtime.cli import main
from runtime.commands.export_onnx import check_table, parse_length


def test_lengths():
    assert parse_length("dynamic") is None and parse_length("80") == 80
    with pytest.raises(InputError, match="'long' is neither a number of frames nor `dynamic`"):
        parse_length("long")


def test_a_file_that_an_engine_does_not_run_is_named_and_fails_the_check(tmp_path, capsys):
    """Quantised operators are not in Unity's tables."""
    arguments = ["export-onnx", "open", str(tmp_path), "--length", "80", "--precision", "int8", "--check"]
    assert main(arguments) == 1
    printed = capsys.readouterr().out
    assert "MatMulInteger (opset 15)" in printed and "--precision fp16" in printed
    rows = [line.split() for line in printed.splitlines()]
    verdicts = {
        (row[0], row[2]): row[3 if row[1] == "Unreal" else 4]
        for row in rows
        if row[1:2] in (["Unity"], ["Unreal"])
    }
    assert verdicts["int8/step_f80.onnx", "Sentis"] == "unsupported"
    assert verdicts["int8/step_f80.onnx", "NNERuntimeORTCpu"] == "ok"
    assert verdicts["text.onnx", "Sentis"] == "ok"


def test_backends_of_one_verdict_share_a_line():
    finding = {"operator": "TopK", "opset": 15, "count": 2, "node": "n", "why": "w", "remedy": "r"}
    files = [
        {"file": "a.onnx", "engine": "E", "backend": "CPU", "status": "ok", "findings": []},
        {"file": "a.onnx", "engine": "E", "backend": "GPU", "status": "ok", "findings": []},
        {"file": "a.onnx", "engine": "E", "backend": "Pixel", "status": "unsupported", "findings": [finding]},
    ]
    lines = check_table({"files": files, "tables": [{"name": "E", "source": "a page"}]}).splitlines()
    assert lines[2].split() == ["a.onnx", "E", "ok", "CPU,", "GPU"]
    assert lines[3].split() == ["a.onnx", "E", "unsupported", "Pixel"]
    assert lines[4].strip() == "TopK (opset 15) x2, first at n: w; r" and lines[5] == "E: a page"


@pytest.mark.slow
def test_precisions_are_measured_against_torch():
    """Two steps of one task of each kind: parity and sizes are what they are after any number."""
    pytest.importorskip("torch")
    from lamp import bundle as bundles

    names = ("fp32", "fp16", "int8-weights")
    report = json.loads(json.dumps(precisions.measure(bundles.load("open"), 2, 1, 1, names, 2)))
    assert report["reference"]["engine"] == "torch"
    figures = {f["precision"]: f for f in report["precisions"]}
    assert tuple(figures) == names
    for name in ("fp32", "fp16"):
        assert figures[name]["parity"] <= 1e-4 and figures[name]["keeps_objective"], figures[name]
        assert abs(figures[name]["checked_change"]) <= 1e-3
    assert 1e-3 < figures["int8-weights"]["parity"] < 1.0
    assert figures["fp16"]["file_mib"] < 0.6 * figures["fp32"]["file_mib"]
    lines = precisions.table(report).splitlines()
    assert [line.split()[0] for line in lines[3:]] == ["torch", "start", *names]
