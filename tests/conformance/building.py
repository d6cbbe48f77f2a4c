"""C# and C++ client programs from their sources, with what that needs brought along where that can be done.

``python -m tests.conformance.building`` builds the C++ one and says so, or why it cannot; needs only Python itself.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build"
DEBIAN = (
    "g++", "cmake", "ninja-build", "pkg-config", "libgrpc++-dev", "libprotobuf-dev", "protobuf-compiler",
    "protobuf-compiler-grpc",
)  # fmt: skip


class Missing(Exception):
    """A client cannot be built on this machine: what is missing, and how to get it."""


class Broken(Exception):
    """A client's sources do not build; the message is the compiler's."""


def csharp_program(install: bool) -> tuple[tuple[str, ...], dict[str, str]]:
    """Command, and environment variables. The compiler is fetched where npm is there; npm itself with ``install``,
    where that can be done. Raises ``Missing``, ``Broken``."""
    if not (HERE / "csharp" / "build.py").is_file():
        raise Missing("tests/conformance/csharp is not there")
    toolchain = importlib.import_module("scripts.csharp_toolchain")
    if install and not _has_roslyn(toolchain) and shutil.which("npm") is None:
        _install_debian("npm, which fetches the C# compiler,", "npm")
    try:
        assembly = importlib.import_module("tests.conformance.csharp.build").build()
        return tuple(toolchain.command(assembly)), toolchain.environment()
    except toolchain.Unavailable as missing:
        raise Missing(str(missing)) from None
    except toolchain.CompileError as error:
        raise Broken(str(error)) from None


def _has_roslyn(toolchain: object) -> bool:
    digest = getattr(toolchain, "DIGEST", "")
    folder = Path(os.environ.get("LAMP_CSHARP_CACHE") or BUILD / "csharp") / f"roslyn-{digest[:12]}"
    return folder.is_dir()


def cpp_program(install: bool, name: str = "lamp_conformance") -> tuple[str, ...]:
    """Command of a program of the C++ client: ``lamp_conformance`` or ``core/lamp_play``.

    Debian packages are installed with ``install`` when missing and root; without it nothing is built that never was: it
    takes a minute or two. Raises ``Missing``, ``Broken``.
    """
    source, build = HERE / "cpp", BUILD / "conformance-cpp"
    if not (source / "CMakeLists.txt").is_file():
        raise Missing("tests/conformance/cpp is not there")
    if not _has_grpc():
        if not install:
            raise Missing(f"gRPC for C++ is missing: apt install {' '.join(DEBIAN)}")
        _install_debian("gRPC for C++", *DEBIAN)
    if not install and not (build / "lamp_conformance").is_file():
        raise Missing("the C++ client has not been built: make conformance does it")
    generator = ("-G", "Ninja") if shutil.which("ninja") else ()
    _run("cmake", "-S", str(source), "-B", str(build), *generator, "-DCMAKE_BUILD_TYPE=Release")
    jobs = f"-j{os.cpu_count() or 2}"
    _run("cmake", "--build", str(build), "--target", "lamp_conformance", "lamp_play", jobs)
    return (str(build / name),)


def _has_grpc() -> bool:
    if not (shutil.which("pkg-config") and shutil.which("cmake") and shutil.which("grpc_cpp_plugin")):
        return False
    return subprocess.call(["pkg-config", "--exists", "grpc++"]) == 0


def _install_debian(what: str, *packages: str) -> None:
    if not shutil.which("apt-get") or getattr(os, "geteuid", lambda: 1)() != 0:
        raise Missing(f"{what} is missing, and this is not root: sudo apt install {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    )
    for command in commands:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"apt-get could not install {what}: {done.stderr[-500:]}")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _main() -> int:
    began_s = time.monotonic()
    try:
        (program,) = cpp_program(True)
    except Missing as missing:
        sys.stdout.write(f"the C++ client is not built, its tests will be skipped: {missing}\n")
        return 0
    except Broken as broken:
        sys.stdout.write(f"{broken}\n")
        return 1
    sys.stdout.write(f"{program} built in {time.monotonic() - began_s:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
