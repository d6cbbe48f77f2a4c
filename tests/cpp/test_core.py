"""The C++ client's parts without a network: they build under strict warnings, and their own tests pass.

Sessions over gRPC are what ``make conformance`` builds and drives.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lamp.skeleton import SKELETON_HASH

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "cpp-core"
DOCTEST = Path("/usr/include/doctest/doctest.h")


@pytest.mark.timeout(600)
def test_core_builds_without_warnings_and_its_tests_pass() -> None:
    if not (shutil.which("cmake") and shutil.which("c++") and DOCTEST.is_file()):
        pytest.skip("no C++ toolchain: apt install g++ cmake ninja-build doctest-dev")
    ninja = ("-G", "Ninja") if shutil.which("ninja") else ()
    core = str(ROOT / "unreal_client" / "core")
    _run("cmake", "-S", core, "-B", str(BUILD), *ninja, "-DLAMP_NET=OFF", "-DCMAKE_BUILD_TYPE=Debug")
    _run("cmake", "--build", str(BUILD), "-j2")
    said = _run(str(BUILD / "tests" / "lamp_core_tests"))
    assert "0 failed" in said and "SUCCESS" in said


def test_it_expects_the_skeleton_of_the_server() -> None:
    header = (ROOT / "unreal_client" / "core" / "include" / "lamp" / "skeleton.h").read_text()
    assert f'kKnownSkeletonHash = "{SKELETON_HASH}"' in header


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[:3]}:\n{(done.stdout + done.stderr)[-3000:]}"
    return done.stdout
