"""Reading the source tree without importing it: what imports what, and what is tracked."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("lamp", "runtime", "training", "scripts", "tests")


@dataclass(frozen=True)
class Import:
    """One imported module, as written in one place."""

    module: str
    line: int
    lazy: bool  # inside a function, or only for the type checker: not run when the file is imported


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf8"), filename=str(path))


def python_files(*folders: str) -> list[Path]:
    """All Python files below ``folders`` of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> list[Import]:
    """Every import in a file. ``from a import b`` counts as ``a`` and, where ``a/b`` is a module of ours, ``a.b``."""
    return list(_imports(parse(path), lazy=False))


def _imports(node: ast.AST, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, lazy)
        elif isinstance(child, ast.ImportFrom):
            module = child.module or ""
            yield Import(module, child.lineno, lazy)
            for alias in child.names:
                if file_of(f"{module}.{alias.name}") is not None:
                    yield Import(f"{module}.{alias.name}", child.lineno, lazy)
        else:
            inner = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_for_types(
                child
            )
            yield from _imports(child, lazy or inner)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def file_of(module: str) -> Path | None:
    """Source file of one of our own modules; None for any other."""
    if module.split(".")[0] not in PACKAGES:
        return None
    base = ROOT.joinpath(*module.split("."))
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


def needed_at_import(*modules: str) -> dict[str, list[str]]:
    """Top-level names of the other packages that importing ``modules`` needs, each with the files that import them."""
    seen: set[Path] = set()
    todo = [path for module in modules for path in _files_run_by(module)]
    found: dict[str, list[str]] = {}
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for item in imports(path):
            if item.lazy:
                continue
            ours = _files_run_by(item.module)
            todo.extend(ours)
            if not ours:
                found.setdefault(item.module.split(".")[0], []).append(
                    f"{path.relative_to(ROOT)}:{item.line}"
                )
    return found


def _files_run_by(module: str) -> list[Path]:
    """Importing ``a.b.c`` runs ``a`` and ``a.b`` first."""
    parts = module.split(".")
    names = [".".join(parts[: i + 1]) for i in range(len(parts))]
    return [path for path in map(file_of, names) if path is not None]


@cache
def tracked_files() -> list[Path]:
    """Files in git's index that are on disk; empty where this is no git checkout."""
    try:
        out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    names = out.stdout.decode("utf8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]
