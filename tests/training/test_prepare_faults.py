"""``python -m training prepare`` when things go wrong: wrong use, full disks, interruptions, missing packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.training import synthetic
from training.__main__ import BAD_INPUT, FAILED, INTERRUPTED, main
from training.dataset import PreparedSet


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Six clips of one source, two of another."""
    clips = {f"big{i}": synthetic.motion(60, seed=i) for i in range(6)}
    clips |= {f"small{i}": synthetic.motion(40, seed=9 + i) for i in range(2)}
    free = {"licence": "cc0-1.0", "source": "small"}
    return synthetic.write_shards(tmp_path / "data", clips, {"small0": free, "small1": free})


@pytest.mark.parametrize("place", ["numpy.savez", "training.row_file.RowFile.append"])
def test_a_full_disk_leaves_an_older_set_as_it_was(
    shards: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: str,
) -> None:
    out = tmp_path / "out"
    assert main(["prepare", str(shards), str(out)]) == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device", str(out))

    monkeypatch.setattr(place, full)
    assert main(["prepare", str(shards), str(out), "--licences", "own"]) == FAILED
    assert "No space left" in capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert main(["prepare", str(shards), str(tmp_path / "new")]) == FAILED
    assert not (tmp_path / "new").exists()


def test_dying_while_the_new_set_takes_its_place_leaves_nothing_that_looks_complete(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert main(["prepare", str(shards), str(out)]) == 0
    replace = Path.replace

    def dies(self: Path, target: Path) -> Path:
        if self.name == "clips.jsonl":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    assert main(["prepare", str(shards), str(out)]) == INTERRUPTED
    with pytest.raises(ValueError, match="not finished"):
        PreparedSet.load(out)
    monkeypatch.undo()
    assert main(["prepare", str(shards), str(out)]) == 0
    assert len(PreparedSet.load(out)) == 8


def test_what_a_killed_run_left_is_cleared_away(shards: Path, tmp_path: Path) -> None:
    left = tmp_path / "out" / ".prepare-unfinished"
    left.mkdir(parents=True)
    (left / "joints.npy").write_bytes(b"half")
    assert main(["prepare", str(shards), str(tmp_path / "out")]) == 0
    assert not left.exists() and len(PreparedSet.load(tmp_path / "out")) == 8


def test_preparing_again_leaves_a_reader_of_the_old_set_alone(shards: Path, tmp_path: Path) -> None:
    assert main(["prepare", str(shards), str(tmp_path / "out")]) == 0
    old = PreparedSet.load(tmp_path / "out")
    before = old.joints(7)
    assert main(["prepare", str(shards), str(tmp_path / "out"), "--licences", "own"]) == 0
    assert len(PreparedSet.load(tmp_path / "out")) == 6
    np.testing.assert_array_equal(old.joints(7), before)


def test_interrupting_is_no_traceback(shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.prepare.collect", interrupt)
    assert main(["prepare", str(shards), str(tmp_path / "out")]) == INTERRUPTED
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{data}x", "{out}"], "does not exist"),
        (["{tmp}", "{out}"], "no known format"),
        (["{data}", "{out}", "--licences", "gpl"], "the sources hold cc0-1.0, own"),
        (["{data}", "{out}", "--source-weight", "made"], "NAME=NUMBER"),
        (["{data}", "{out}", "--source-weight", "made=-1"], "finite number >= 0"),
        (["{data}", "{out}", "--source-weight", "nobody=2"], "there are made, small"),
        (["{data}", "{out}", "--max-frames", "30"], "twice min_frames"),
        (["{data}", "{out}", "--min-frames", "1"], "at least 2"),
        (["{data}", "{out}", "--min-frames", "90"], "no usable clip"),
        (["{data}", "{data}"], "holds other files"),
        (["{data}", "{data}/captions.jsonl"], "is a file"),
        (["{data}", "{out}", "--format", "amass"], "body_model"),
        (["{data}", "{out}", "--format", "bvh"], "no .bvh file"),
        (["{data}", "{out}", "--format", "humanml3d"], "holds no motion"),
    ],
)
def test_wrong_use_is_one_clear_line_and_nothing_is_written(
    shards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    places = {"data": shards, "out": tmp_path / "out", "tmp": tmp_path / "data" / "motions"}
    before = sorted(shards.rglob("*"))
    assert main(["prepare", *(a.format(**places) for a in arguments)]) == BAD_INPUT
    message = capsys.readouterr().err
    assert message.startswith("error: ") and told in message and "Traceback" not in message
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert sorted(shards.rglob("*")) == before


def test_captions_file_with_a_broken_line_names_the_line(
    shards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shards / "captions.jsonl"
    file.write_text(file.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8")
    assert main(["prepare", str(shards), str(tmp_path / "out")]) == BAD_INPUT
    assert "line 9" in capsys.readouterr().err


def test_prepare_and_help_run_without_torch(shards: Path, tmp_path: Path, repository_dir: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None; sys.modules['smplx'] = None\n"
        "from training.__main__ import main\n"
        f"sys.exit(main(['prepare', {str(shards)!r}, {str(tmp_path / 'out')!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository_dir, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "8 clips" in done.stdout
    code = "import sys; sys.modules['torch'] = None\nfrom training.__main__ import main\nsys.exit(main(['--help']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository_dir, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "prepare" in done.stdout and "evaluate" in done.stdout


def test_missing_package_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in [m for m in sys.modules if m.startswith("training.autoencoder")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["autoencoder", "--help"]) == FAILED
    message = capsys.readouterr().err
    assert "'torch'" in message and "pip install" in message


def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["prepare", "--help"])
    assert done.value.code == 0
    assert "--bone-map my_bones.yaml" in capsys.readouterr().out
