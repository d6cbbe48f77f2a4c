"""Compile the C# client program with the sources of the Unity package that need no engine."""

from __future__ import annotations

from pathlib import Path

from scripts import csharp_toolchain as toolchain

ROOT = Path(__file__).resolve().parent.parent.parent.parent
RUNTIME = ROOT / "unity_client" / "Runtime"
OUTPUT = ROOT / "build" / "conformance-csharp"
LIBRARIES = ("Protocol", "Transport", "Core")  # as Unity's assemblies, each on those before it


def build(output: Path = OUTPUT) -> Path:
    """The program's assembly. Raises ``toolchain.Unavailable``, ``toolchain.CompileError``."""
    builds: list[toolchain.Build] = []
    for name in LIBRARIES:
        sources = sorted((RUNTIME / name).rglob("*.cs"))
        references = tuple(what.output for what in builds)
        builds.append(
            toolchain.Build(sources, output / f"Lamp.{name}.dll", library=True, references=references)
        )
    sources = sorted(Path(__file__).resolve().parent.glob("*.cs"))
    references = tuple(what.output for what in builds)
    program = toolchain.Build(sources, output / "lamp_conformance.dll", references=references)
    for problem in toolchain.build_all([*builds, program]):
        if problem:
            raise toolchain.CompileError(problem)
    return program.output
