"""The container file: what it copies is there, what it sets is known, and what it runs makes a server that starts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from fnmatch import fnmatch
from pathlib import Path

import pytest

from runtime.keepalive import PING_INTERVAL_S
from runtime.settings.definition import load

ROOT = Path(__file__).resolve().parent.parent.parent
DOCKERFILE = ROOT / "deploy" / "Dockerfile"


def instructions() -> list[tuple[str, str]]:
    """Every instruction with its arguments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    parts = [line.strip().partition(" ") for line in lines if line.strip()]
    return [(name, re.sub(r"\s+", " ", rest).strip()) for name, _, rest in parts]


def arguments(name: str) -> list[str]:
    return [rest for found, rest in instructions() if found == name]


def sources() -> list[str]:
    """What is copied from the repository."""
    copies = [rest.split() for rest in arguments("COPY") if not rest.startswith("--from")]
    return [source for copy in copies for source in copy[:-1]]


def environment() -> dict[str, str]:
    pairs = [pair.partition("=") for rest in arguments("ENV") for pair in rest.split()]
    return {name: value for name, _, value in pairs}


def test_only_known_instructions_are_used() -> None:
    known = {"ARG", "FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL",
             "HEALTHCHECK", "ENTRYPOINT"}  # fmt: skip
    assert {name for name, _ in instructions()} <= known


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    kept = [pattern[1:] for pattern in ignored if pattern.startswith("!")]
    assert ignored[0] == "**", "everything is left out but what is named"
    for source in sources():
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in kept), f".dockerignore leaves {source} out"
    assert set(kept) == set(sources()), "nothing else is sent to the builder"


def test_its_settings_are_settings() -> None:
    settings, effective = load({}, None, environment())
    assert settings.host == "0.0.0.0"
    assert settings.geometry.geometry_cache == Path("/var/lib/lamp/geometry")
    assert [o for o in effective.origins.values() if o.startswith("LAMP_SERVE_")], "they were read"
    assert str(settings.port) in arguments("EXPOSE")[0].split()
    assert settings.ping_interval_s == PING_INTERVAL_S


def test_it_runs_without_rights_and_stops_on_the_signal_the_server_knows() -> None:
    assert arguments("USER") == ["10001:10001"]
    assert arguments("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(arguments("ENTRYPOINT")[0]) == ["lamp", "serve"], "no shell between signal and server"
    assert json.loads(arguments("HEALTHCHECK")[0].partition("CMD ")[2]) == ["lamp", "health"]


@pytest.mark.slow
def test_its_steps_make_a_server_that_starts(tmp_path: Path) -> None:
    """The steps of the first stage, done here: only the copied files, a fresh environment, and the same pip line.

    Dependencies come from this environment instead of the network; that they are complete is shown by the start.
    """
    context, home = tmp_path / "src", tmp_path / "lamp"
    context.mkdir()
    for source in sources():
        origin = ROOT / source
        if origin.is_dir():
            shutil.copytree(origin, context / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, context / source)
    venv.create(home, with_pip=False)
    pip_line = next(rest for rest in arguments("RUN") if "pip install" in rest)
    assert '--constraint constraints.txt ".${EXTRAS' in pip_line
    python = home / "bin" / "python"
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-cache-dir", "--no-deps", "-q", "."],
        cwd=context, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    site = next((home / "lib").glob("python*/site-packages"))
    others = Path(next(p for p in sys.path if p.endswith("site-packages")))
    (site / "others.pth").write_text(f"{others}\n")
    variables = {**environment(), "PATH": f"{home / 'bin'}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    variables["LAMP_SERVE_GEOMETRY_CACHE"] = str(tmp_path / "geometry")
    del variables["PYTHONUNBUFFERED"]
    checked = subprocess.run(
        [str(home / "bin" / "lamp"), "serve", "--check"],
        cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    assert "bundle research" in checked.stdout, "the bundles are in the package"
    where = subprocess.run(
        [str(python), "-c", "import runtime; print(runtime.__file__)"], cwd=tmp_path, env=variables,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(site)), "it is the installed copy that was checked"
