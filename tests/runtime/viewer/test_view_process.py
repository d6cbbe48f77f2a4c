"""``lamp view`` and ``lamp serve --view`` as processes: what they print, and how they end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from lamp.errors import InputError
from runtime import cli
from runtime.settings.definition import Settings
from runtime.viewer.process import ViewerProcess
from tests.runtime.test_serve_process import served
from tests.runtime.viewer.test_player import sliding

pytest.importorskip("viser")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for other processes")


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "runtime.cli", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def url_of(line: str) -> str:
    assert line.startswith("viewer   http://127.0.0.1:"), line
    return line.split()[1]


def page_at(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read(4096))


@posix
def test_it_serves_a_page_and_ends_with_ctrl_c() -> None:
    with served() as (_, address), running("view", address, "--view-port", "0") as viewer:
        assert viewer.stdout is not None and viewer.stderr is not None
        url = url_of(viewer.stdout.readline())
        assert "<html" in page_at(url)
        viewer.send_signal(signal.SIGINT)
        assert viewer.wait(20) == 0
        assert viewer.stderr.read() == "", "nothing to complain about"


@posix
def test_a_clip_needs_no_server(tmp_path: Path) -> None:
    from runtime.commands import clips

    clips.save(sliding(), tmp_path / "slide.npz")
    with running("view", str(tmp_path / "slide.npz"), "--view-port", "0") as viewer:
        assert viewer.stdout is not None
        assert "<html" in page_at(url_of(viewer.stdout.readline()))
        viewer.send_signal(signal.SIGTERM)
        assert viewer.wait(20) == 0


@posix
def test_serve_starts_the_viewer_and_takes_it_along() -> None:
    with served("--view", "--view-port", "0") as (server, _):
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(4)]
        assert "<html" in page_at(url_of(lines[-1]))
        [viewer] = [p for p in psutil.Process(server.pid).children() if "view" in p.cmdline()]
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        psutil.wait_procs([viewer], timeout=10)
        assert not viewer.is_running()


@posix
def test_the_viewer_of_a_killed_server_ends_too() -> None:
    with served("--view", "--view-port", "0") as (server, _):
        assert server.stdout is not None
        assert "viewer" in [server.stdout.readline() for _ in range(4)][-1]
        [viewer] = [p for p in psutil.Process(server.pid).children() if "view" in p.cmdline()]
        server.kill()
        gone, _ = psutil.wait_procs([viewer], timeout=20)
        assert gone


@pytest.mark.parametrize("options, words", [
    (["--characters", "99"], "--characters: 99 is outside 1..8"),
    (["--fps", "0"], "--fps: 0 is outside 1..240"),
    (["missing.npz"], "missing.npz"),
])  # fmt: skip
def test_what_cannot_be_is_said_in_one_line(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["view", *options]) == 1
    assert words in capsys.readouterr().err


def test_a_busy_port_is_named_and_without_one_the_next_is_taken(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from runtime.commands import clips
    from runtime.viewer.web import choose_port

    clips.save(sliding(), tmp_path / "slide.npz")
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert cli.main(["view", str(tmp_path / "slide.npz"), "--view-port", str(port)]) == 1
        error = capsys.readouterr().err
        assert str(port) in error
        assert "another port" in error
    with socket.socket() as busy:
        first = choose_port("127.0.0.1", None)
        busy.bind(("127.0.0.1", first))
        busy.listen()
        assert choose_port("127.0.0.1", None) != first
    with pytest.raises(InputError, match="no address"):
        choose_port("no-such-host.invalid", None)


def test_no_server_is_said_with_what_was_tried(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    assert cli.main(["view", address, "--view-port", "0"]) == 1
    assert address.split(":")[1] in capsys.readouterr().err


def test_a_server_that_wants_client_certificates_gets_no_viewer(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.pem" for name in ("tls_cert", "tls_key", "tls_client_ca")}
    with pytest.raises(InputError, match="lamp view --tls-cert"):
        ViewerProcess(Settings(**files))
