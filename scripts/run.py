"""Every command of the repository, with its environment made on the way: ``python scripts/run.py demo``.

The Makefile calls this file, and so can you where there is no make (Windows). It needs nothing but Python. It makes
``.venv`` (server and demo, without torch) or ``.venv-test`` (tests and training) from the pinned versions in
``constraints.txt`` the first time and whenever those pins change, then runs the command inside.

``LAMP_PYTHON=path/to/python`` uses an environment of your own instead and installs nothing.

No syntax newer than Python 3.7 in this file: an old Python must be able to say what is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"
SUPPORTED = ((3, 11), (3, 12), (3, 13))
STAMP = "lamp-environment.txt"
LEFTOVERS = ("build", "dist", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache")


class Environment(NamedTuple):
    """A virtual environment inside the checkout."""

    folder: str
    extras: tuple[str, ...]
    cost: str


RUN = Environment(".venv", ("export", "viewer", "viz"), "0.3 GB, about a minute")
TEST = Environment(
    ".venv-test",
    ("clip", "csharp", "dev", "export", "panda3d", "train", "video", "viewer", "viz"),
    "1.8 GB, some minutes",
)
CONFORMANCE = Environment(".venv-conformance", ("csharp",), "0.4 GB, about a minute")

LINTERS = (
    ("lint (make format mends most of it)", ("-m", "ruff", "check", ".")),
    ("format (make format mends it)", ("-m", "ruff", "format", "--check", ".")),
    ("types", ("-m", "mypy")),
)


class Problem(Exception):
    """Something the person at the keyboard can mend; shown as a message, without a traceback."""


# --- commands ------------------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    """Drive a character over the wire: prompt, obstacle, hand target, new prompt; writes out/demo"""
    return lamp("demo", *arguments)


def serve(arguments: list[str]) -> int:
    """Start the gRPC server on this machine, with the viewer: open the page it names (ARGS="--view false": without)"""
    return lamp("serve", "--view", "true", *arguments)


def test(arguments: list[str]) -> int:
    """Everything that must hold: lint, format, types, then pytest, which gets the ARGS"""
    python = interpreter(TEST)
    failed = failing_linters(python)
    say("== tests")
    if run(python, "-m", "pytest", *arguments) != 0:
        failed.append("tests")
    return verdict(failed)


def lint(arguments: list[str]) -> int:
    """Lint, format and types only"""
    return verdict(failing_linters(interpreter(TEST)))


def tidy(arguments: list[str]) -> int:
    """Mend formatting, import order and whatever else can be mended automatically"""
    python, what = interpreter(TEST), arguments or ["."]
    mended = run(python, "-m", "ruff", "check", "--fix-only", *what)
    return run(python, "-m", "ruff", "format", *what) or mended


def proto(arguments: list[str]) -> int:
    """Regenerate runtime/pb from proto/ (ARGS=--check only compares)"""
    return run(interpreter(TEST), "-m", "scripts.generate_protos", *arguments)


def bundle(arguments: list[str]) -> int:
    """Pack trained weights into a bundle that the server loads (ARGS=--help explains)"""
    return run(interpreter(TEST), "-m", "training", "bundle", *arguments)


def conformance(arguments: list[str]) -> int:
    """One suite for the Python, C# and C++ clients against the real server (ARGS=--help explains)"""
    return run(interpreter(CONFORMANCE), "-m", "tests.conformance", *arguments)


def clean(arguments: list[str]) -> int:
    """Remove all environments, caches and build results; keeps out/, runs/ and prepared/"""
    for name in (RUN.folder, CONFORMANCE.folder, TEST.folder, *LEFTOVERS):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for package in ("lamp", "runtime", "training", "scripts", "tests"):
        for cache in sorted((ROOT / package).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    return 0


COMMANDS = {
    "demo": demo,
    "serve": serve,
    "test": test,
    "lint": lint,
    "format": tidy,
    "proto": proto,
    "bundle": bundle,
    "conformance": conformance,
    "clean": clean,
}


def lamp(*arguments: str) -> int:
    """The console command ``lamp``, in the small environment. Takes the place of this process where the system can do
    that, so that whoever stops this process stops the server and not only its parent."""
    python = interpreter(RUN)
    command = [
        "-c",
        "import sys; from runtime.cli import main; sys.argv[0] = 'lamp'; sys.exit(main())",
        *arguments,
    ]
    if not WINDOWS:
        os.chdir(ROOT)
        os.execv(str(python), [str(python), *command])
    return run(python, *command)


def failing_linters(python: Path) -> list[str]:
    """Run all linters; the names of those that complained."""
    failed = []
    for name, command in LINTERS:
        say(f"== {name}")
        if run(python, *command) != 0:
            failed.append(name)
    return failed


def verdict(failed: list[str]) -> int:
    """Exit status, and one line that says what to look at."""
    if failed:
        say("failed: " + ", ".join(failed), error=True)
    return 1 if failed else 0


def run(python: Path, *arguments: str) -> int:
    """Run ``python ARGUMENTS`` in the repository. Ctrl-C reaches the child by itself; wait until it has tidied up."""
    child = subprocess.Popen([str(python), *arguments], cwd=str(ROOT))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


# --- environments --------------------------------------------------------------------------------------------------


def interpreter(env: Environment) -> Path:
    """Python inside ``env``, which is made or brought up to date first."""
    own = os.environ.get("LAMP_PYTHON")
    if own:
        found = shutil.which(own)
        if not found:
            raise Problem(f"LAMP_PYTHON={own}: there is no such program")
        return Path(found).absolute()
    folder = ROOT / env.folder
    python = folder / ("Scripts/python.exe" if WINDOWS else "bin/python")
    stamp = folder / STAMP
    usable = python.exists() and version_of([str(python)]) in SUPPORTED
    known = stamp.read_text(encoding="utf8").splitlines() if stamp.exists() else []
    wanted = [f"checkout {ROOT}", f"pins {digest_of_pins(env)}"]
    if usable and known == wanted:
        return python
    if not usable or known[:1] != wanted[:1]:  # never finished, its Python is gone, or the checkout was moved
        create(env, folder)
    install(env, python)
    stamp.write_text("\n".join(wanted) + "\n", encoding="utf8")
    return python


def digest_of_pins(env: Environment) -> str:
    """Changes when something else would be installed."""
    digest = hashlib.sha256(" ".join(env.extras).encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def create(env: Environment, folder: Path) -> None:
    """An empty virtual environment."""
    base = base_python()
    say(f"Making {env.folder} (once: {env.cost}) ...")
    if subprocess.call([*base, "-m", "venv", "--clear", str(folder)]) != 0:
        raise Problem(
            f"Python could not make a virtual environment in {folder}.\n"
            "On Debian and Ubuntu: apt install python3-venv. Elsewhere: install Python from python.org."
        )


def install(env: Environment, python: Path) -> None:
    """The package itself, editable, and its pinned dependencies."""
    say(f"Installing packages into {env.folder} ...")
    if "dev" in env.extras:
        hint_about_torch()
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--no-compile",
    ]
    if not sys.stdout.isatty():
        command.append("--quiet")
    command += ["--constraint", "constraints.txt", "--editable", f".[{','.join(env.extras)}]"]
    if subprocess.call(command, cwd=str(ROOT)) != 0:
        raise Problem(
            f"pip could not install the packages into {env.folder}; its message is above.\n"
            "Without a network, set LAMP_PYTHON to an interpreter that has them."
        )


def hint_about_torch() -> None:
    """On Linux torch comes with CUDA unless told otherwise: gigabytes that a machine without a GPU cannot use."""
    told = any(os.environ.get(name) for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"))
    if platform.system() == "Linux" and not told and not shutil.which("nvidia-smi"):
        say(
            "No NVIDIA GPU found: CONTRIBUTING.md, 'Torch', tells how to fetch torch without CUDA (much smaller)."
        )


def base_python() -> list[str]:
    """Command of the interpreter to build environments with: this one, else another supported one on the path."""
    if sys.version_info[:2] in SUPPORTED:
        return [sys.executable]
    names = [".".join(map(str, version)) for version in reversed(SUPPORTED)]
    for name in names:
        command = ["py", f"-{name}"] if WINDOWS else [f"python{name}"]
        if version_of(command) in SUPPORTED:
            return command
    raise Problem(
        f"LaMP needs Python {names[-1]} to {names[0]}; this is {platform.python_version()} ({sys.executable}) and no "
        "other was found.\nInstall one of those, or name it: make demo PYTHON=/path/to/python3.12"
    )


def version_of(command: list[str]) -> tuple[int, ...]:
    """``(major, minor)`` of the Python behind ``command``; ``()`` when it does not run."""
    command = [*command, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        out = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False
        )
        return tuple(int(number) for number in out.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()


def say(text: str, error: bool = False) -> None:
    """A line for the person, in order with what the child processes write."""
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def main() -> int:
    """Parse the command line and run one command."""
    parser = argparse.ArgumentParser(
        prog="python scripts/run.py",
        description="Run one of the repository's commands; its environment is made the first time.",
        epilog="commands:\n"
        + "\n".join(f"  {name:11} {command.__doc__}" for name, command in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command", choices=list(COMMANDS), metavar="COMMAND", help="one of those listed below"
    )
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="passed on to the command")
    options = parser.parse_args()
    try:
        return COMMANDS[options.command](options.arguments)
    except Problem as problem:
        say(f"error: {problem}", error=True)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
