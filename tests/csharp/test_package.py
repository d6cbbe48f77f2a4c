"""The Unity package compiles as Unity compiles it, against stand-ins for the engine, and its EditMode tests pass."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import csharp_toolchain as toolchain
from tests.csharp import programs

MONO = Path("/usr/lib/mono/4.5")


@pytest.fixture(autouse=True)
def tools() -> toolchain.Toolchain:
    return programs.toolchain_or_skip()


@pytest.mark.parametrize("name", [*sorted(programs.definitions()), "Lamp.Unity without HTTP/2"])
def test_every_assembly_compiles_without_a_warning_on_what_its_definition_names(name: str) -> None:
    assert programs.built(name).is_file()


def test_editor_tests_pass() -> None:
    tests, runner = programs.built("Lamp.Tests.Editor"), programs.built("runner")
    done = subprocess.run(
        toolchain.command(runner, str(tests)), env=toolchain.environment(), capture_output=True, text=True,
        timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.stdout.count("ok ") > 20, done.stdout


def test_a_language_newer_than_unitys_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "New.cs"
    source.write_text("public record struct New(int Value);\n", encoding="utf8")
    with pytest.raises(toolchain.CompileError, match="CS8773"):
        toolchain.build(toolchain.Build([source], tmp_path / "New.dll", library=True))
    assert not (tmp_path / "New.dll").exists()


def test_the_package_needs_no_newer_class_library_than_monos(tmp_path: Path) -> None:
    """Unity's class library is Mono's, and Mono 6 has all of .NET Standard 2.1: a member that is only in newer .NET is
    not found there. (Roslyn cannot bind the indexer of that Mono's ReadOnlySpan; Unity's own compiler can.)"""
    if not MONO.is_dir():
        pytest.skip("Mono's class library is missing: apt install libmono-cil-dev")
    sources = [*sorted(programs.PACKAGE.rglob("*.cs")), *programs.sources_of("unity_stub")]
    newer = tmp_path / "Newer.cs"
    newer.write_text("static class Newer { static object Use() => System.Random.Shared; }\n", encoding="utf8")
    with pytest.raises(toolchain.CompileError) as failed:
        toolchain.build(
            toolchain.Build([*sources, newer], tmp_path / "All.dll", library=True, framework=MONO)
        )
    problems = [
        line
        for line in str(failed.value).splitlines()
        if "ReadOnlySpan<T>.this[int].get" not in line and "unity_stub" not in line
    ]
    assert len(problems) == 1 and "Newer.cs" in problems[0], problems
