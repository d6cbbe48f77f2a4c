"""Compile C# with Roslyn inside this process: reads a JSON request from standard input, and prints for each of its
builds whether it compiled and the diagnostics, as JSON.

Started by scripts/csharp_toolchain.py in a process of its own, since the .NET runtime cannot be unloaded again. Most of
the time goes into starting it, so many assemblies in one request cost little more than one. Exit status 0 unless the
compiler itself failed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

NET_PREFIXES = ("System.", "Microsoft.Win32.", "Microsoft.CSharp")
NET_NAMES = ("netstandard.dll", "mscorlib.dll", "System.dll")
# Missing comments on public members; assembly versions unified; a nullable annotation context missing in old code.
QUIET = ("CS1591", "CS1701", "CS1702")


def load_runtime(dotnet_root: str, version: str) -> None:
    """Start .NET in this process."""
    from clr_loader import get_coreclr
    from pythonnet import load

    config = {
        "runtimeOptions": {
            "tfm": "net8.0",
            "framework": {"name": "Microsoft.NETCore.App", "version": version},
        }
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "compiler.runtimeconfig.json")
        path.write_text(json.dumps(config), encoding="utf8")
        load(get_coreclr(runtime_config=str(path), dotnet_root=dotnet_root))


def class_library(folder: Path) -> list[Path]:
    """Managed assemblies to compile against, of .NET or of Mono (with its facades)."""
    files = [*folder.glob("*.dll"), *(folder / "Facades").glob("*.dll")]
    return sorted(p for p in files if p.name in NET_NAMES or p.name.startswith(NET_PREFIXES))


def load_compiler(assemblies: list[str]) -> None:
    """Roslyn, from its assemblies."""
    import clr

    for assembly in [*assemblies, "System.Collections.Immutable"]:
        clr.AddReference(assembly)


def compile_sources(request: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether it compiled, and the diagnostics as lines of text."""
    missing = [path for path in request["references"] if not Path(path).is_file()]
    if missing:
        return False, [f"{request['output']}: not compiled, since {missing[0]} is missing"]
    from Microsoft.CodeAnalysis import DiagnosticSeverity, MetadataReference, SyntaxTree
    from Microsoft.CodeAnalysis.CSharp import CSharpCompilation
    from System import Array

    paths = [*class_library(Path(request["framework"])), *request["references"]]
    references = [MetadataReference.CreateFromFile(str(path)) for path in paths]
    trees = [parse(Path(path), request) for path in request["sources"]]
    compilation = CSharpCompilation.Create(
        Path(request["output"]).stem,
        Array[SyntaxTree](trees),
        Array[MetadataReference](references),
        options(request),
    )
    emitted = emit(compilation, request["output"])
    lines = [
        describe(d)
        for d in emitted.Diagnostics
        if not d.IsSuppressed and d.Severity in (DiagnosticSeverity.Error, DiagnosticSeverity.Warning)
    ]
    return emitted.Success, lines


def parse(path: Path, request: dict[str, Any]) -> Any:
    """A syntax tree, with the file's name for diagnostics."""
    from Microsoft.CodeAnalysis import DocumentationMode
    from Microsoft.CodeAnalysis.CSharp import CSharpParseOptions, CSharpSyntaxTree, LanguageVersion
    from Microsoft.CodeAnalysis.Text import SourceText
    from System import Array, Enum, String
    from System.Text import Encoding

    language = Enum.Parse(LanguageVersion, request["language"])
    documentation = DocumentationMode.Diagnose if request["documentation"] else DocumentationMode.Parse
    settings = CSharpParseOptions(language, documentation).WithPreprocessorSymbols(
        Array[String](list(request["defines"]))
    )
    text = SourceText.From(path.read_text(encoding="utf-8-sig"), Encoding.UTF8)
    return CSharpSyntaxTree.ParseText(text, settings, str(path))


def options(request: dict[str, Any]) -> Any:
    """How to compile: optimised, deterministic, warnings as wished."""
    import Microsoft.CodeAnalysis as Roslyn
    from Microsoft.CodeAnalysis.CSharp import CSharpCompilationOptions
    from System import String
    from System.Collections.Generic import Dictionary

    kind = (
        Roslyn.OutputKind.DynamicallyLinkedLibrary
        if request["library"]
        else Roslyn.OutputKind.ConsoleApplication
    )
    nullable = (
        Roslyn.NullableContextOptions.Enable if request["nullable"] else Roslyn.NullableContextOptions.Disable
    )
    quiet = Dictionary[String, Roslyn.ReportDiagnostic]()
    for name in QUIET:
        quiet[name] = Roslyn.ReportDiagnostic.Suppress
    report = (
        Roslyn.ReportDiagnostic.Error if request["warnings_as_errors"] else Roslyn.ReportDiagnostic.Default
    )
    return (
        CSharpCompilationOptions(kind)
        .WithNullableContextOptions(nullable)
        .WithOptimizationLevel(Roslyn.OptimizationLevel.Release)
        .WithAllowUnsafe(request["unsafe"])
        .WithGeneralDiagnosticOption(report)
        .WithSpecificDiagnosticOptions(quiet)
        .WithDeterministic(True)
    )


def emit(compilation: Any, output: str) -> Any:
    """Write the assembly; nothing is left behind when it does not compile."""
    from System.IO import FileMode, FileStream

    stream = FileStream(output, FileMode.Create)
    try:
        emitted = compilation.Emit(stream)
    finally:
        stream.Dispose()
    if not emitted.Success:
        Path(output).unlink()
    return emitted


def describe(diagnostic: Any) -> str:
    """``file(line,column): id: text``."""
    span = diagnostic.Location.GetLineSpan()
    place = f"{span.Path}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1})"
    return f"{place}: {diagnostic.Id}: {diagnostic.GetMessage()}"


def main() -> int:
    """One request, one answer."""
    request = json.load(sys.stdin)
    load_runtime(request["dotnet_root"], request["version"])
    load_compiler(request["roslyn"])
    print(json.dumps([compile_sources(build) for build in request["builds"]]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
