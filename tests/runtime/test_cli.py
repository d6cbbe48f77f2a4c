"""The ``lamp`` command as a user meets it."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.motion import Motion
from lamp.skeleton import joint_index
from runtime import cli
from runtime.backend import CharacterStart
from runtime.commands import clips, doctor, edit
from runtime.stub_backend import StubBackend


def walk(frames: int = 40) -> Motion:
    return StubBackend().generate("walk", frames, 0, None)


def test_help_teaches_every_command_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    text = capsys.readouterr().out
    assert end.value.code == 0
    assert all(f"lamp {name}" in text or name in text for name in cli.COMMANDS)
    assert "lamp generate" in text


@pytest.mark.parametrize("name", ["serve", "generate", "edit", "doctor"])
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert f"lamp {name}" in capsys.readouterr().out


def test_help_imports_neither_grpc_nor_an_engine() -> None:
    code = (
        "import sys\nfrom runtime import cli\n"
        "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('grpc', 'onnxruntime', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_without_a_command_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert "examples:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generate", "walk", "--out", "x.bvh"], "does not end in .npz"),
        (["generate", "walk", "--out", "x.npz", "--seconds", "900"], "outside"),
        (["edit", "in.npz", "--out", "x.npz"], "nothing to do"),
        (["edit", "in.npz", "--out", "x.npz", "--target", "third_wrist", "0", "0", "0", "1"], "left_wrist"),
        (["edit", "in.npz", "--out", "x.npz", "--obstacle", "ball", "0", "0", "0"], "sphere"),
        (["edit", "in.npz", "--out", "x.npz", "--obstacle", "sphere", "0", "0", "0"], "X Y Z R"),
        (["edit", "in.npz", "--out", "x.npz", "--obstacle", "sphere", "0", "nought", "0", "1"], "nought"),
        (["edit", "absent.npz", "--out", "x.npz", "--obstacle", "sphere", "0", "1", "0", "1"], "absent.npz"),
        (["generate", "walk", "--out", "x.npz", "--bundle", "no-such-bundle"], "no-such-bundle"),
        (["serve", "--max-sessions", "0"], "--max-sessions: 0 is not a whole number from 1"),
        (["serve", "--token-file", "absent.txt"], "absent.txt"),
        (["serve", "--stub", "--tls-cert", "absent.pem"], "--tls-key"),
        (["serve", "--stub", "--tls-cert", "absent.pem", "--tls-key", "absent.key"], "absent"),
        (["serve", "--stub", "--port", "70000"], "65535"),
    ],
)
def test_a_mistake_is_one_clear_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 1
    line = capsys.readouterr().err
    assert words in line
    assert line.startswith("lamp: ")
    assert line.count("\n") == 1


def test_clips_survive_saving(tmp_path: Path) -> None:
    motion, path = walk(), tmp_path / "deep" / "walk.npz"
    clips.save(motion, path)
    again = clips.load(path)
    np.testing.assert_allclose(again.positions_m, motion.positions_m, atol=1e-4)
    assert again.fps == motion.fps


def test_a_file_that_is_no_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", poses=np.zeros(3))
    np.savez(tmp_path / "pickle.npz", positions_m=np.array([{}], dtype=object))
    for name in ("text.npz", "other.npz", "pickle.npz"):
        with pytest.raises(InputError, match=name.removesuffix(".npz")):
            clips.load(tmp_path / name)


def test_edit_options_become_targets_and_obstacles() -> None:
    target = edit.parse_target(["left_wrist", "0.4", "1.2", "2", "3"])
    assert (target.joint, target.position_m, target.arrive_s) == (
        joint_index("left_wrist"),
        (0.4, 1.2, 2.0),
        3.0,
    )
    box = edit.parse_obstacle(["box", "0", "0.5", "3", "0.5", "0.6", "0.2"])
    assert (box.shape, box.position_m, box.size_m) == ("box", (0.0, 0.5, 3.0), (0.5, 0.6, 0.2))


def test_a_token_that_could_be_guessed_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAMP_TOKEN", "short")
    assert cli.main(["serve", "--stub", "--port", "0"]) == 1
    assert capsys.readouterr().err == "lamp: token: has 5 characters; use at least 16 random ones\n"


def test_doctor_names_a_busy_port_and_the_remedy() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        (finding,) = doctor.port(argparse.Namespace(host="127.0.0.1", port=taken))
    assert finding.state == doctor.BAD
    assert str(taken) in finding.what
    assert "--port" in finding.remedy
    (free,) = doctor.port(argparse.Namespace(host="127.0.0.1", port=0))
    assert free.state == doctor.OK


def test_doctor_reports_a_bundle_that_does_not_load() -> None:
    findings = list(doctor.bundle(argparse.Namespace(bundle="no-such-bundle", engine="onnx")))
    assert [f.state for f in findings] == [doctor.BAD]
    assert findings[0].remedy


def test_stub_characters_start_where_they_are_told() -> None:
    character = StubBackend().new_character(CharacterStart("walk", position_m=(1.0, 0.0, 2.0)))
    character.publish(character.next_job(0.0))
    np.testing.assert_allclose(
        character.frames(0.0, 0.0, 20.0).positions_m[0, 0, [0, 2]], [1.0, 2.0], atol=0.02
    )
