"""Scenes from YAML, and the commands that record and replay them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lamp.errors import InputError
from lamp.scene.obstacle import Obstacle
from lamp.skeleton import joint_index
from runtime import cli
from runtime.recording import Recording
from runtime.recording.script import DEFAULT, Script


def test_the_built_in_scene_is_read() -> None:
    script = Script.parse(DEFAULT, "built in")
    assert script.prompt == "a person walks forward"
    assert [step.method for step in script.steps][:2] == ["put_obstacle", "put_obstacle"]
    assert script.steps[0].arguments[1] == Obstacle("cylinder", (0.0, 1.0, 4.5), (0.3, 1.0, 0.3))
    assert script.steps[-1].arguments[1].joint == joint_index("left_wrist")
    assert all(step.at_s < script.seconds for step in script.steps)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "not valid YAML"),
        ("just text", "name: value"),
        ("promt: walk", "unknown promt"),
        ("seconds: 0", "0 is not a number from 1"),
        ("seconds: .nan", "not a number"),
        ("seed: -1", "seed"),
        ("events: {}\nprompt: x\nseconds: 2\n", None),
        ("events: {a: 1}", "must be a list"),
        ("events: [{at_s: 1}]", "asks for 0 things"),
        ("events: [{at_s: 1, set_prompt: a, remove_target: b}]", "asks for 2 things"),
        ("events: [{set_prompt: a}]", r"events\[0\].at_s"),
        ("events: [{at_s: 1, set_prompt: 5}]", "5 is no text"),
        ("events: [{at_s: 1, dance: now}]", "unknown dance"),
        ("events: [{at_s: 1, put_obstacle: {shape: sphere}}]", "id: is missing"),
        (
            "events: [{at_s: 1, put_obstacle: {id: a, shape: ball, position_m: [0, 0, 0]}}]",
            "'ball' is unknown",
        ),
        ("events: [{at_s: 1, put_obstacle: {id: a, shape: sphere}}]", "position_m"),
        ("events: [{at_s: 1, put_target: {id: a, joint: tail, position_m: [0, 0, 0]}}]", "tail"),
        ("events: [{at_s: 1, put_target: {id: a, joint: head, position_m: up}}]", "put_target"),
    ],
)
def test_a_mistake_names_its_place(text: str, words: str | None) -> None:
    if words is None:
        assert Script.parse(text, "scene.yaml").steps == ()
        return
    with pytest.raises(InputError, match=words) as error:
        Script.parse(text, "scene.yaml")
    assert str(error.value).startswith("scene.yaml")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("command") / "walk.lamprec"
    assert cli.main(["record", str(path), "--stub", "--seconds", "2.5"]) == 0
    return path


def test_what_the_command_recorded_replays(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(recorded), str(recorded)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "plans identical bit for bit" in lines[0]
    recording = Recording.open(recorded)
    assert len(list(recording.events())) > 20
    assert recording.end_reason == "the session ended"


def test_recording_leaves_nothing_else_behind(recorded: Path) -> None:
    assert [path.name for path in recorded.parent.iterdir()] == [recorded.name]


def test_info_is_for_reading(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(recorded), "--info"]) == 0
    text = capsys.readouterr().out
    assert str(recorded) in text
    assert "prompts     a person walks forward" in text


def test_a_changed_file_fails_and_a_torn_one_says_what_is_lost(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(recorded.read_bytes())
    torn, damaged = tmp_path / "torn.lamprec", tmp_path / "damaged.lamprec"
    torn.write_bytes(content[:-7])
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    assert cli.main(["replay", str(torn)]) == 0
    assert "was not written whole" in capsys.readouterr().err
    assert cli.main(["replay", str(damaged), str(torn)]) == 1
    assert "damaged at byte" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["record", "x.npz"], "does not end in .lamprec"),
        (["record", "x.lamprec", "--script", "absent.yaml"], "absent.yaml"),
        (["record", "x.lamprec", "--script", "a.yaml", "--prompt", "walk"], "leave one of"),
        (["record", "x.lamprec", "--stub", "--seconds", "0"], "outside 1..3600"),
        (["replay", "absent.lamprec"], "absent.lamprec"),
        (["replay", "a.lamprec", "b.lamprec", "--film", "x.gif"], "draws one recording"),
    ],
)
def test_a_mistake_is_one_clear_line(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 1
    line = capsys.readouterr().err
    assert words in line
    assert line.startswith("lamp: ")
    assert line.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_film_needs_an_ending_it_knows(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(recorded), "--film", "x.avi"]) == 1
    assert "x.avi ends neither in .gif" in capsys.readouterr().err


def test_any_other_file_is_no_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.lamprec"
    shutil.copyfile(__file__, other)
    assert cli.main(["replay", str(other)]) == 1
    line = capsys.readouterr().err
    assert str(other) in line
    assert "is no recording" in line
