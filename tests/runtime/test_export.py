"""``lamp export`` as a user meets it: every input to every format, and words for what cannot be done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from runtime import cli
from runtime.commands import clips, motions
from runtime.stub_backend import StubBackend


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    clips.save(StubBackend().generate("walk", 40, 0, None), tmp_path / "walk.npz")
    return tmp_path / "walk.npz"


@pytest.mark.parametrize(
    ("form", "name", "fps"),
    [("bvh", "a.bvh", 30), ("npz", "a.npz", 20), ("glb", "a.glb", 30), ("fbx-ready-glb", "a.glb", 30)],
)
def test_every_format_is_written_and_says_so(
    form: str, name: str, fps: int, walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "glb" in form:
        pytest.importorskip("pygltflib", reason="needs the extra export")
    out = tmp_path / "made" / name
    assert cli.main(["export", str(walk), "--format", form, "--out", str(out)]) == 0
    assert out.stat().st_size > 1000
    assert f"at {fps} fps" in capsys.readouterr().out


@pytest.mark.parametrize(("form", "name"), [("bvh", "a.bvh"), ("npz", "a.npz")])
def test_what_was_exported_can_be_read_again(form: str, name: str, walk: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / name
    assert cli.main(["export", str(walk), "--format", form, "--fps", "60", "--out", str(out)]) == 0
    back, wanted = motions.load_any(out), motions.load_any(walk).resample(60)
    assert back.fps == 60
    assert back.positions_m.shape == wanted.positions_m.shape
    assert np.abs(back.positions_m - wanted.positions_m).max() < 1e-3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "bvh", "--out", "a.glb"], "does not end in .bvh"),
        (["--format", "npz", "--out", "walk.npz"], "is the motion itself"),
        (["--format", "bvh", "--out", "a.bvh", "--fps", "0"], "--fps: 0 is outside 1..240"),
        (["--format", "bvh", "--out", "a.bvh", "--fps", "nan"], "--fps: nan is outside 1..240"),
        (["--format", "npz", "--out", "a.npz", "--rig", "unity"], "npz always has the bones of SMPL"),
        (["--format", "glb", "--out", "a.glb", "--unit", "cm"], "only BVH has a choice"),
        (["--format", "bvh", "--out", "a.bvh", "--no-body"], "--no-body: is for glTF"),
        (["--format", "bvh", "--out", "a.bvh", "--rig", "robot"], "is unknown; use standard"),
        (["--format", "bvh", "--out", "a.bvh", "--rig", "none.yaml"], "none.yaml"),
    ],
)
def test_bad_options_are_refused_in_words_and_write_nothing(
    options: list[str], message: str, walk: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(walk.parent)
    before = walk.read_bytes()
    assert cli.main(["export", "walk.npz", *options]) == 1
    assert message in capsys.readouterr().err
    assert [path.name for path in walk.parent.iterdir()] == ["walk.npz"]
    assert walk.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.fbx", b"Kaydara", "give a clip (.npz), AMASS (.npz), BVH (.bvh) or a recording (.lamprec)"),
        ("a.npz", b"no archive", "is not an .npz file of a motion"),
        ("a.bvh", b"HIERARCHY\nROOT hips\n{\n", "is no usable BVH file: line 3"),
        ("a.bvh", b"", "is no usable BVH file"),
        ("a.lamprec", b"something", "a.lamprec"),
    ],
)
def test_files_that_hold_no_motion_are_named(
    name: str, content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    out = tmp_path / "out.bvh"
    assert cli.main(["export", str(tmp_path / name), "--format", "bvh", "--out", str(out)]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not out.exists()


def test_a_failed_write_leaves_the_old_file_alone(
    walk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.bvh"
    out.write_text("mine")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert cli.main(["export", str(walk), "--format", "bvh", "--out", str(out)]) == 1
    assert out.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bvh", "walk.npz"]
