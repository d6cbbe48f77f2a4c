"""Choosing and renewing environments, without making any."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from scripts import run


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A checkout in which making an environment only writes down what would be done."""
    log: list[str] = []

    def create(env: run.Environment, folder: Path) -> None:
        log.append("create")
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        (folder / "Scripts").mkdir(exist_ok=True)
        (folder / "bin" / "python").touch()
        (folder / "Scripts" / "python.exe").touch()

    monkeypatch.delenv("LAMP_PYTHON", raising=False)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "create", create)
    monkeypatch.setattr(run, "install", lambda env, python: log.append("install"))
    monkeypatch.setattr(run, "version_of", lambda command: (3, 12))
    (tmp_path / "pyproject.toml").write_text("a", encoding="utf8")
    (tmp_path / "constraints.txt").write_text("b", encoding="utf8")
    return log


def test_an_environment_is_made_once(made: list[str]) -> None:
    first = run.interpreter(run.RUN)
    assert made == ["create", "install"]
    assert run.interpreter(run.RUN) == first
    assert made == ["create", "install"]


def test_new_pins_install_again_without_starting_over(made: list[str], tmp_path: Path) -> None:
    run.interpreter(run.RUN)
    (tmp_path / "constraints.txt").write_text("c", encoding="utf8")
    run.interpreter(run.RUN)
    assert made == ["create", "install", "install"]


def test_line_ends_of_a_checkout_on_windows_are_no_new_pins(made: list[str], tmp_path: Path) -> None:
    (tmp_path / "constraints.txt").write_bytes(b"a\nb\n")
    run.interpreter(run.RUN)
    (tmp_path / "constraints.txt").write_bytes(b"a\r\nb\r\n")
    run.interpreter(run.RUN)
    assert made == ["create", "install"]


def test_a_moved_checkout_makes_its_environment_anew(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.interpreter(run.RUN)
    moved = tmp_path.parent / (tmp_path.name + "-moved")
    tmp_path.rename(moved)
    monkeypatch.setattr(run, "ROOT", moved)
    run.interpreter(run.RUN)
    assert made == ["create", "install", "create", "install"]


def test_a_failed_install_is_tried_again(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(env: run.Environment, python: Path) -> None:
        raise run.Problem("no network")

    with monkeypatch.context() as patch:
        patch.setattr(run, "install", fail)
        with pytest.raises(run.Problem):
            run.interpreter(run.RUN)
    run.interpreter(run.RUN)
    assert made[-1] == "install"


def test_an_own_interpreter_is_used_as_it_is(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMP_PYTHON", sys.executable)
    assert run.interpreter(run.TEST) == Path(sys.executable)
    assert made == []
    monkeypatch.setenv("LAMP_PYTHON", "no-such-python")
    with pytest.raises(run.Problem, match="no-such-python"):
        run.interpreter(run.TEST)


def test_another_python_is_looked_for_when_this_one_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SUPPORTED", ((3, 98), (3, 99)))
    monkeypatch.setattr(run, "version_of", lambda command: (3, 98) if command[-1].endswith("3.98") else ())
    assert run.base_python()[-1].endswith("3.98")
    monkeypatch.setattr(run, "version_of", lambda command: ())
    with pytest.raises(run.Problem, match=r"needs Python 3\.98 to 3\.99[\s\S]*PYTHON="):
        run.base_python()


def test_an_old_python_can_read_the_script() -> None:
    source = Path(run.__file__).read_text(encoding="utf8")
    ast.parse(source, feature_version=(3, 7))


def test_the_demo_environment_has_no_torch() -> None:
    assert not {"gpu", "train", "clip", "smplx"} & set(run.RUN.extras)


def test_every_command_explains_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.sys, "argv", ["run.py", "--help"])
    with pytest.raises(SystemExit):
        run.main()
    text = capsys.readouterr().out
    assert "None" not in text
    assert all(name in text for name in run.COMMANDS)
    makefile = (Path(run.__file__).parent.parent / "Makefile").read_text(encoding="utf8")
    assert set(makefile.split(".PHONY:")[1].splitlines()[0].split()) == {"help", *run.COMMANDS}
