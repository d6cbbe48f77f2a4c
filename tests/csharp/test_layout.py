"""The Unity package as Unity reads it: identities, assembly definitions, manifest, the sample's scene, and what IL2CPP
would strip. Needs no compiler."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.csharp.programs import PACKAGE, definitions
from tests.source_tree import ROOT

ENGINE_FREE = {"Lamp.Protocol", "Lamp.Transport", "Lamp.Core"}
UNITYS = {"UnityEngine.TestRunner", "UnityEditor.TestRunner"}
OPTIONAL = {"YetAnotherHttpHandler"}  # Unity leaves out what is not installed
SCENES = sorted((PACKAGE / "Samples~").rglob("*.unity"))
# What the modules are for; a project may switch any of them off, then the manifest brings it back.
MODULES = {"animation": "Animator", "imgui": "OnGUI", "physics": "SphereCollider", "terrain": "TerrainData",
           "terrainphysics": "TerrainCollider"}  # fmt: skip


def source() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf8") for path in sorted(PACKAGE.rglob("*.cs"))}


def said(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(definitions()[name].read_text(encoding="utf8"))
    return found


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PACKAGE / "package.json").read_text(encoding="utf8"))
    return found


def guids() -> dict[str, Path]:
    """The asset of every identity; fails when one is used twice."""
    found: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.meta")):
        (guid,) = re.findall(r"^guid: ([0-9a-f]{32})$", path.read_text(encoding="utf8"), re.MULTILINE)
        assert guid not in found, f"{path} and {found[guid]} have the same guid"
        found[guid] = path.with_suffix("")
    return found


def test_every_asset_has_its_own_identity() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/unity_meta.py", "--check"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(guids()) > 150 and all(path.exists() for path in guids().values())


@pytest.mark.parametrize("name", sorted(definitions()))
def test_definitions_are_whole(name: str) -> None:
    it = said(name)
    assert it["name"] == name
    unknown = set(it["references"]) - set(definitions()) - UNITYS - OPTIONAL
    assert not unknown, f"{name} refers to {unknown}, which nobody defines"
    assert it.get("noEngineReferences", False) is (name in ENGINE_FREE)
    assert (it.get("includePlatforms") == ["Editor"]) is name.endswith("Editor")
    if ".Tests." in name:
        assert it["defineConstraints"] == ["UNITY_INCLUDE_TESTS"] and not it["autoReferenced"]
        assert it["precompiledReferences"] == ["nunit.framework.dll"] and it["overrideReferences"]


def test_the_optional_handler_is_found_by_its_package() -> None:
    (define,) = said("Lamp.Unity")["versionDefines"]
    assert define["name"] == "com.cysharp.yetanotherhttphandler"
    assert f"#if {define['define']}" in (PACKAGE / "Runtime/Unity/LampHttp.cs").read_text(encoding="utf8")


def test_the_manifest_fits_the_project() -> None:
    it = manifest()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]["version"]
    assert it["version"] == version
    assert f"## {version}" in (PACKAGE / "CHANGELOG.md").read_text(encoding="utf8")
    session = (PACKAGE / "Runtime/Core/Session/LampSession.cs").read_text(encoding="utf8")
    assert f'PackageVersion = "{version}"' in session
    assert re.fullmatch(r"[a-z]+(\.[a-z]+)+", it["name"])
    for sample in it["samples"]:
        assert (PACKAGE / sample["path"]).is_dir()
    for name in ("README.md", "LICENSE.md", "CHANGELOG.md"):
        assert (PACKAGE / name).is_file()


def test_the_manifest_names_the_modules_of_the_engine_that_are_used() -> None:
    text = "\n".join(source().values())
    used = {name for name, sign in MODULES.items() if re.search(rf"\b{sign}\b", text)}
    assert {f"com.unity.modules.{name}" for name in used} == set(manifest()["dependencies"])


def documents(scene: Path) -> dict[str, str]:
    """Objects of a scene by their number."""
    parts = re.split(r"^--- !u!\d+ &(-?\d+)$", scene.read_text(encoding="utf8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("scene", SCENES, ids=lambda path: path.stem)
def test_what_a_scene_refers_to_is_there(scene: Path) -> None:
    objects, known = documents(scene), guids()
    assert len(objects) > 5
    for number, text in objects.items():
        for line in text.splitlines():
            other = re.search(r"guid: ([0-9a-f]{32})", line)
            for file_id in re.findall(r"fileID: (-?\d+)", line):
                assert other or file_id == "0" or file_id in objects, f"{number}: {line.strip()}"
            assert not other or other[1] in known, f"{number}: {line.strip()}"
    for number, text in objects.items():  # what belongs to an object is listed there, and the other way round
        for owner in re.findall(r"m_GameObject: {fileID: (\d+)}", text):
            assert f"component: {{fileID: {number}}}" in objects[owner]


@pytest.mark.parametrize("scene", SCENES, ids=lambda path: path.stem)
def test_a_scene_sets_fields_its_scripts_have(scene: Path) -> None:
    scripts = 0
    for text in documents(scene).values():
        script = re.search(r"m_Script: {fileID: 11500000, guid: ([0-9a-f]{32}), type: 3}", text)
        if script is None:
            continue
        scripts += 1
        path = guids()[script[1]]
        code = path.read_text(encoding="utf8")
        assert f"class {path.stem} : MonoBehaviour" in code, "Unity finds a script by the name of its file"
        fields = set(re.findall(r"^  ([a-z]\w*):", text, re.MULTILINE))
        own = {name for name in fields if not name.startswith("m_")}
        serialised = set(re.findall(r"\[SerializeField\] private [\w?<>\[\]]+ (\w+)", code))
        assert own and own == serialised
    assert scripts > 0


def test_components_are_named_as_their_files() -> None:
    for path, code in source().items():
        for name in re.findall(r"class (\w+) : (?:MonoBehaviour|ScriptableObject|Editor)\b", code):
            assert name == path.stem, f"{path.name} has {name}: Unity would not find it"


@pytest.mark.parametrize(
    "pattern",
    [
        r"using System\.Reflection|\.GetMethod\(|\.GetField\(|\.GetProperty\(|Activator\.",
        r"\bdynamic\b\s+\w+\s*=|System\.Linq\.Expressions|ILGenerator|MakeGenericType",
        r"async void",
        r"(?m)^\s*(public |internal |private |sealed )*record \w+|\binit;",
    ],
)
def test_nothing_needs_what_il2cpp_strips_or_unity_lacks(pattern: str) -> None:
    wrong = [path.name for path, code in source().items() if re.search(pattern, code)]
    assert not wrong, f"{pattern}: {wrong}"


def test_code_without_an_engine_knows_none() -> None:
    for name in ENGINE_FREE:
        for path in definitions()[name].parent.rglob("*.cs"):
            assert "UnityEngine" not in path.read_text(encoding="utf8"), path
