"""C# of the Unity package compiled once per test run, for the tests here."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path

import pytest

from scripts import csharp_toolchain as toolchain
from tests.source_tree import ROOT

HERE = Path(__file__).resolve().parent
PACKAGE = ROOT / "unity_client"
BUILD = ROOT / "build" / "tests-csharp"
STUB, HANDLER = BUILD / "UnityStub.dll", BUILD / "YetAnotherHttpHandler.dll"
# Folders beside this file with a program each, and what it is compiled on.
PROGRAMS = {
    "codec": ("Lamp.Protocol",),
    "transport": ("Lamp.Protocol", "Lamp.Transport"),
    "runner": ("UnityStub",),
    "play": ("UnityStub", "Lamp.Core", "Lamp.Transport", "Lamp.Unity", "Lamp.Samples"),
}


def toolchain_or_skip() -> toolchain.Toolchain:
    """The compiler and the runtime; the test is skipped, saying why, where they cannot be had."""
    try:
        return toolchain.find()
    except toolchain.Unavailable as missing:
        pytest.skip(str(missing))


@cache
def definitions() -> dict[str, Path]:
    """Assembly definitions of the package by the name of the assembly."""
    return {path.stem: path for path in PACKAGE.rglob("*.asmdef")}


def assembly(name: str, path: Path, http2: bool = True) -> toolchain.Build:
    """An assembly of the package on what its definition names and nothing else, as Unity compiles it: with
    YetAnotherHttpHandler (a stand-in), or with ``http2`` False without it."""
    said = json.loads(path.read_text(encoding="utf8"))
    references = [BUILD / f"{other}.dll" for other in said["references"] if other in definitions()]
    if not said.get("noEngineReferences", False):
        references.append(STUB)
    defines = [define["define"] for define in said.get("versionDefines", ()) if http2]
    if defines:
        references.append(HANDLER)
    output = BUILD / ("" if http2 else "without-http2") / f"{name}.dll"
    sources = sorted(path.parent.rglob("*.cs"))
    return toolchain.Build(sources, output, library=True, references=references, defines=defines)


@cache
def builds() -> dict[str, toolchain.Build]:
    """Everything there is to compile by name, each after what it refers to."""
    found = {
        "UnityStub": toolchain.Build(sources_of("unity_stub"), STUB, library=True),
        "YetAnotherHttpHandler": toolchain.Build(sources_of("yaha_stub"), HANDLER, library=True),
    }
    waiting = {name: assembly(name, path) for name, path in definitions().items()}
    while waiting:
        done = {what.output for what in found.values()}
        ready = [name for name, what in waiting.items() if done.issuperset(what.references)]
        assert ready, f"definitions refer to each other: {sorted(waiting)}"
        found.update({name: waiting.pop(name) for name in ready})
    found["Lamp.Unity without HTTP/2"] = assembly("Lamp.Unity", definitions()["Lamp.Unity"], http2=False)
    for name, libraries in PROGRAMS.items():
        references = [found[other].output for other in libraries]
        found[name] = toolchain.Build(sources_of(name), BUILD / f"{name}_program.dll", references=references)
    return found


def sources_of(folder: str) -> list[Path]:
    """C# files of a folder beside this file."""
    return sorted((HERE / folder).glob("*.cs"))


@cache
def problems() -> dict[str, str]:
    """Everything compiled, in one go; what is wrong with each, empty where it compiled."""
    return dict(zip(builds(), toolchain.build_all(list(builds().values())), strict=True))


def built(name: str) -> Path:
    """An assembly of the package, a stand-in or one of ``PROGRAMS``. Raises ``toolchain.CompileError``."""
    if problems()[name]:
        raise toolchain.CompileError(problems()[name])
    return builds()[name].output


async def start(assembly: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Run a program; its output comes line by line, errors among it."""
    return await asyncio.create_subprocess_exec(
        *toolchain.command(assembly, *arguments), env=toolchain.environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
