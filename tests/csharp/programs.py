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


@cache
def library(name: str, http2: bool = True) -> Path:
    """An assembly of the package, compiled on what its definition allows it to see, as Unity does: with
    YetAnotherHttpHandler (a stand-in), or with ``http2`` False without it."""
    definition = definitions()[name]
    said = json.loads(definition.read_text(encoding="utf8"))
    names = [other for other in said.get("references", ()) if other in definitions()]
    references = [built for other in names for built in (library(other), *seen_by(other))]
    if not said.get("noEngineReferences", False):
        references.append(engine())
    defines = [define["define"] for define in said.get("versionDefines", ()) if http2]
    if defines:
        references.append(http2_handler())
    sources = sorted(definition.parent.rglob("*.cs"))
    output = BUILD / ("" if http2 else "without-http2") / f"{name}.dll"
    return toolchain.build(
        toolchain.Build(sources, output, library=True, references=sorted(set(references)), defines=defines)
    )


def seen_by(name: str) -> list[Path]:
    """What an assembly was compiled on: the compiler wants it where inherited members come from there."""
    said = json.loads(definitions()[name].read_text(encoding="utf8"))
    return [library(other) for other in said.get("references", ()) if other in definitions()]


@cache
def engine() -> Path:
    """Stand-ins for Unity's and NUnit's types."""
    sources = sorted((HERE / "unity_stub").glob("*.cs"))
    return toolchain.build(toolchain.Build(sources, BUILD / "UnityStub.dll", library=True))


@cache
def http2_handler() -> Path:
    """A stand-in for YetAnotherHttpHandler on .NET's own HTTP/2."""
    sources = sorted((HERE / "yaha_stub").glob("*.cs"))
    return toolchain.build(toolchain.Build(sources, BUILD / "YetAnotherHttpHandler.dll", library=True))


@cache
def program(name: str, *libraries: str) -> Path:
    """The program in the folder ``name`` beside this file, on assemblies of the package or the stand-ins."""
    references = [engine() if other == "UnityStub" else library(other) for other in libraries]
    sources = sorted((HERE / name).glob("*.cs"))
    return toolchain.build(toolchain.Build(sources, BUILD / f"{name}_program.dll", references=references))


async def start(assembly: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Run a program; its output comes line by line, errors among it."""
    return await asyncio.create_subprocess_exec(
        *toolchain.command(assembly, *arguments), env=toolchain.environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
