"""C# of the Unity package compiled once per test run, for the tests here."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

import pytest

from scripts import csharp_toolchain as toolchain
from tests.source_tree import ROOT

RUNTIME = ROOT / "unity_client" / "Runtime"
BUILD = ROOT / "build" / "tests-csharp"


def toolchain_or_skip() -> toolchain.Toolchain:
    """The compiler and the runtime; the test is skipped, saying why, where they cannot be had."""
    try:
        return toolchain.find()
    except toolchain.Unavailable as missing:
        pytest.skip(str(missing))


@cache
def library(name: str, *before: str) -> Path:
    """An assembly of the package, on those ``before`` it."""
    references = [library(other, *before[:i]) for i, other in enumerate(before)]
    sources = sorted((RUNTIME / name).rglob("*.cs"))
    output = BUILD / f"Lamp.{name}.dll"
    return toolchain.build(toolchain.Build(sources, output, library=True, references=references))


@cache
def program(name: str) -> Path:
    """The program in the folder ``name`` beside this file, with the codec and the transport."""
    references = [library("Protocol"), library("Transport", "Protocol")]
    sources = sorted((Path(__file__).parent / name).glob("*.cs"))
    return toolchain.build(toolchain.Build(sources, BUILD / f"{name}_tests.dll", references=references))


async def start(assembly: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Run a program; its output comes line by line, errors among it."""
    return await asyncio.create_subprocess_exec(
        *toolchain.command(assembly, *arguments), env=toolchain.environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
