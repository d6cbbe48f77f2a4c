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
    references: list[Path] = []
    for name in LIBRARIES:
        sources = sorted((RUNTIME / name).rglob("*.cs"))
        what = toolchain.Build(
            sources, output / f"Lamp.{name}.dll", library=True, references=tuple(references)
        )
        references.append(toolchain.build(what))
    sources = sorted(Path(__file__).resolve().parent.glob("*.cs"))
    return toolchain.build(
        toolchain.Build(sources, output / "lamp_conformance.dll", references=tuple(references))
    )
