"""Rules about the repository itself: who imports whom, one version, no pickle, documents that are not out of date."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import lamp
from tests.source_tree import ROOT, Import, imports, needed_at_import, parse, python_files, tracked_files

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_LINES = 500
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
# Modules that must load with the core dependencies alone; each is checked once it exists.
# What make conformance runs: core dependencies and the extra csharp, which is imported where it is used.
CONFORMANCE_MODULES = (
    "tests.conformance.__main__",
    "tests.conformance.csharp.build",
    "scripts.retarget_report",
)
CORE_MODULES = ("lamp", "lamp.prior", "lamp.live", "runtime.cli", "runtime.client", "runtime.server")
MODULE_OF_DEPENDENCY = {
    "pyyaml": "yaml",
    "grpcio": "grpc",
    "grpcio-health-checking": "grpc_health",
    "grpcio-reflection": "grpc_reflection",
    "grpcio-status": "grpc_status",
    "protobuf": "google",
    "prometheus-client": "prometheus_client",
}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


def dependency_name(requirement: str) -> str:
    """``"PyYAML>=6"`` to ``"pyyaml"``."""
    return re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower().replace("_", "-")


# --- layers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("lamp", {"runtime", "training", "google", "grpc", "tests"}),
        ("runtime", {"training", "tests"}),
        ("training", {"runtime", "google", "grpc", "tests"}),
    ],
)
def test_packages_import_only_what_lies_below_them(package: str, forbidden: set[str]) -> None:
    files = python_files(package)
    assert files, f"no source found in {package}"
    wrong = [
        f"{where(path, item.line)} imports {item.module}"
        for path in files
        for item in imports(path)
        if item.module.split(".")[0] in forbidden
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("modules", [CORE_MODULES, CONFORMANCE_MODULES], ids=["core", "conformance"])
def test_what_runs_without_optional_packages_loads_without(
    project: dict[str, Any], modules: tuple[str, ...]
) -> None:
    names = [dependency_name(line) for line in project["dependencies"]]
    allowed = {MODULE_OF_DEPENDENCY.get(name, name) for name in names} | set(sys.stdlib_module_names)
    needed = needed_at_import(*modules)
    extra = {name: places for name, places in needed.items() if name not in allowed | {"scripts"}}
    assert not extra, f"import these inside the functions that need them: {extra}"


def test_the_import_scan_sees_through_packages_functions_and_type_checking(tmp_path: Path) -> None:
    source = tmp_path / "example.py"
    source.write_text(
        "import os\nfrom lamp import errors\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import torch\n"
        "try:\n    import scipy\nexcept ImportError:\n    pass\n"
        "def f():\n    import onnx\n",
        encoding="utf8",
    )
    assert imports(source) == [
        Import("os", 1, False),
        Import("lamp", 2, False),
        Import("lamp.errors", 2, False),
        Import("typing", 3, False),
        Import("torch", 5, True),
        Import("scipy", 7, False),
        Import("onnx", 11, True),
    ]


# --- safety --------------------------------------------------------------------------------------------------------


def test_nothing_is_pickled() -> None:
    wrong = []
    for path in python_files("lamp", "runtime", "training", "scripts", "tests"):
        wrong += [where(path, i.line) for i in imports(path) if i.module.split(".")[0] in FORBIDDEN_IMPORTS]
        wrong += [where(path, call.lineno) for call in ast.walk(parse(path)) if is_unsafe_call(call)]
    assert not wrong, f"pickle can run any code when it is read; use safetensors or npz: {wrong}"


def is_unsafe_call(node: ast.AST) -> bool:
    """``torch.load``, ``torch.save`` and ``allow_pickle=True`` all pickle."""
    if not isinstance(node, ast.Call):
        return False
    allows = any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords)
    return allows or ast.unparse(node.func) in ("torch.load", "torch.save")


@pytest.mark.parametrize(
    ("code", "unsafe"),
    [
        ("torch.load(path)", True),
        ("torch.save(x, path)", True),
        ("np.load(path, allow_pickle=True)", True),
        ("np.load(path, allow_pickle=False)", False),
        ("load_file(path)", False),
    ],
)
def test_unsafe_calls_are_recognised(code: str, unsafe: bool) -> None:
    assert is_unsafe_call(ast.parse(code, mode="eval").body) is unsafe


def test_tracked_files_are_small_enough_to_clone() -> None:
    files = tracked_files()
    if not files:
        pytest.skip("not a git checkout")
    large = {str(p.relative_to(ROOT)): p.stat().st_size for p in files if p.stat().st_size > MAX_FILE_BYTES}
    assert not large, f"split them, the limit is {MAX_FILE_BYTES} bytes: {large}"


def test_source_files_are_short_enough_to_read() -> None:
    files = [
        p for p in python_files("lamp", "runtime", "training", "scripts", "tests") if "pb" not in p.parts
    ]
    lengths = {where(path, 1): len(path.read_text(encoding="utf8").splitlines()) for path in files}
    long = {name: count for name, count in lengths.items() if count > MAX_LINES}
    assert not long, f"one concept per file; the limit is {MAX_LINES} lines: {long}"


# --- versions and packaging ----------------------------------------------------------------------------------------


def test_one_version_everywhere(project: dict[str, Any]) -> None:
    version = project["version"]
    assert lamp.__version__ == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf8")
    assert importlib.metadata.version("lamp-motion") == version, "install the package again: pip install -e ."
    for manifest in ROOT.glob("unity_client/package.json"):
        assert json.loads(manifest.read_text(encoding="utf8"))["version"] == version, manifest


def test_protobuf_packages_are_named_after_their_folders() -> None:
    for path in (ROOT / "proto").rglob("*.proto"):
        expected = ".".join(path.parent.relative_to(ROOT / "proto").parts)
        found = re.search(r"^package\s+([\w.]+);", path.read_text(encoding="utf8"), flags=re.MULTILINE)
        assert found, f"{path} names no package"
        assert found.group(1) == expected, f"{path} is in package {found.group(1)}"


def test_the_console_command_has_its_function(project: dict[str, Any]) -> None:
    module, function = project["scripts"]["lamp"].split(":")
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    assert path.is_file(), f"{module} does not exist"
    names = {node.name for node in parse(path).body if isinstance(node, ast.FunctionDef)}
    assert function in names


def test_constraints_are_exact_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    inexact = [line for line in pins if not re.fullmatch(r"[a-z0-9.-]+==[0-9a-z.]+( ; .+)?", line)]
    assert len(pins) > 20
    assert not inexact, f"no ranges, build tags, addresses or options: {inexact}"


def test_every_dependency_is_pinned(project: dict[str, Any]) -> None:
    pinned = set(
        re.findall(r"^([a-z0-9.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf8"), re.MULTILINE)
    )
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(line for lines in extras.values() for line in lines)]
    names = {dependency_name(line) for line in wanted}
    assert names <= pinned, f"run scripts/lock.py; not pinned: {sorted(names - pinned)}"


def test_the_core_stays_without_heavy_packages(project: dict[str, Any]) -> None:
    heavy = {"torch", "onnx", "trimesh", "matplotlib", "transformers", "viser"}
    assert not heavy & {dependency_name(line) for line in project["dependencies"]}


# --- documents -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["make demo", "make test", "python scripts/run.py demo"])
def test_readme_shows_the_commands(command: str) -> None:
    assert command in (ROOT / "README.md").read_text(encoding="utf8")


def documents() -> list[Path]:
    """Every document of ours; bundles bring documents of their own."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "proto").rglob("*.md")])


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf8"), flags=re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target, _, heading = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = (document.parent / target) if target else document
        if not path.exists() or (heading and heading not in headings(path)):
            broken.append(link)
    assert not broken, f"{document.name}: {broken}"


def headings(document: Path) -> set[str]:
    """Anchors of a Markdown document, as code forges make them."""
    titles = re.findall(r"^#+\s+(.+)$", document.read_text(encoding="utf8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
