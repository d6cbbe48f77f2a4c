"""The Unreal plugin against stubs of the engine's headers that are ours: syntax, types, the rules of UnrealHeaderTool.

Not against Unreal itself, which is not here: see unreal_stubs/README.md.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cpp.headers import BrokenRule, generate

ROOT = Path(__file__).resolve().parent.parent.parent
PLUGIN = ROOT / "unreal_client" / "Plugins" / "LampMotion"
MODULE = PLUGIN / "Source" / "LampMotion"
STUBS = Path(__file__).resolve().parent / "unreal_stubs"
HEADERS, SOURCES = sorted((MODULE / "Public").glob("*.h")), sorted((MODULE / "Private").glob("*.cpp"))
# Where the engine keeps the headers that are included: a module must name those it uses.
MODULE_OF = {
    "CoreMinimal.h": "Core", "HAL/": "Core", "Misc/": "Core", "Modules/": "Core", "Features/": "Core",
    "Components/": "Engine", "Engine/EngineTypes.h": "Engine", "Engine/World.h": "Engine", "GameFramework/": "Engine",
    "Engine/SkinnedAsset.h": "Engine", "Subsystems/WorldSubsystem.h": "Engine", "PhysicsEngine/": "Engine",
    "Interfaces/Interface_CollisionDataProvider.h": "PhysicsCore", "ReferenceSkeleton.h": "Engine",
    "Engine/DeveloperSettings.h": "DeveloperSettings", "ILiveLinkClient.h": "LiveLinkInterface",
    "ILiveLinkSource.h": "LiveLinkInterface", "Roles/": "LiveLinkInterface", "lamp/": "LampClient",
}  # fmt: skip


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated")
    generate(HEADERS, out)
    return out


def compile_errors(source: Path, generated: Path) -> str:
    if not shutil.which("c++"):
        pytest.skip("no C++ compiler: apt install g++")
    folders = (STUBS, MODULE / "Public", MODULE / "Private", generated)
    command = [
        "c++",
        "-fsyntax-only",
        "-std=c++20",
        "-fno-exceptions",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wshadow",
    ]
    command += [f"-I{folder}" for folder in folders] + ["-isystem", str(ROOT / "unreal_client/core/include")]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    return done.stderr


def test_every_source_has_sound_types(generated: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        errors = list(pool.map(lambda source: compile_errors(source, generated), SOURCES))
    assert len(errors) >= 8 and not any(errors), "\n".join(errors)[:4000]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("Shape->GetComponentScale()", "Shape->GetComponentSize()"),
        (
            "Character.offer(State->Ids[Part], Obstacle, Distance)",
            "Character.offer(State->Ids[Part], Distance)",
        ),
        ("TEXT(\"'%s': there is no", "\"'%s': there is no"),
    ],
)
def test_a_wrong_call_is_found(good: str, bad: str, generated: Path, tmp_path: Path) -> None:
    text = (MODULE / "Private" / "LampObstacleComponent.cpp").read_text()
    assert good in text
    wrong = tmp_path / "wrong.cpp"
    wrong.write_text(text.replace(good, bad))
    assert "error" in compile_errors(wrong, generated)


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("bool bWalkable", "std::string Name", "std::string cannot be a property"),
        ("TObjectPtr<UPrimitiveComponent> Shape", "UPrimitiveComponent* Shape", "objects are TObjectPtr"),
        ("void ShapeChanged()", "void ShapeChanged(const std::string& Name)", "cannot be in a function"),
        ("GENERATED_BODY()", "", "GENERATED_BODY"),
        ('#include "LampObstacleComponent.generated.h"', "", "last include"),
    ],
)
def test_a_broken_rule_of_the_header_tool_is_found(good: str, bad: str, said: str, tmp_path: Path) -> None:
    text = (MODULE / "Public" / "LampObstacleComponent.h").read_text()
    assert good in text
    wrong = tmp_path / "LampObstacleComponent.h"
    wrong.write_text(text.replace(good, bad, 1))
    with pytest.raises(BrokenRule, match=re.escape(said)):
        generate([wrong], tmp_path)


def test_what_a_user_drops_on_actors_is_there(tmp_path: Path) -> None:
    names = generate(HEADERS, tmp_path)
    for wanted in ("Character", "Obstacle", "Target"):
        assert f"ULamp{wanted}Component" in names
    assert "ULampSettings" in names


def test_the_plugin_names_its_modules_and_what_they_use() -> None:
    described = json.loads((PLUGIN / "LampMotion.uplugin").read_text())
    assert described["FileVersion"] == 3
    for module in described["Modules"]:
        assert (PLUGIN / "Source" / module["Name"] / f"{module['Name']}.Build.cs").is_file()
    assert {"Name": "LiveLink", "Enabled": True} in described["Plugins"]
    build = (MODULE / "LampMotion.Build.cs").read_text()
    own = {path.name for path in (*HEADERS, *(MODULE / "Private").glob("*.h"))}
    for path in (*HEADERS, *SOURCES):
        for included in re.findall(r'#include "([^"]+)"', path.read_text()):
            if included in own or included.endswith(".generated.h"):
                continue
            module = next((m for start, m in MODULE_OF.items() if included.startswith(start)), None)
            assert module and f'"{module}"' in build, f"{path.name} includes {included}: of which module?"
