"""The C++ client under sanitizers: unit tests, a game on a mannequin, and scenarios of the conformance suite.

    python -m tests.cpp.sanitize address,undefined
    python -m tests.cpp.sanitize thread

Builds into build/cpp-sanitized (some minutes). One line per run, then what a sanitizer said; 1 when it said anything.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conformance import catalogue
from tests.conformance.clients import Client
from tests.runtime.process import served

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "tests" / "conformance" / "cpp"
SUPPRESSIONS = ROOT / "unreal_client" / "core" / "tests" / "tsan.supp"
SCENARIOS = ("splices_and_replans", "geometry", "connection_cut", "server_killed")
SLOWER = 6.0


def main() -> int:
    """Build and run everything under the sanitizers of the command line."""
    kinds = sys.argv[1] if len(sys.argv) == 2 else ""
    if not kinds:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    build = (
        ROOT / "build" / "cpp-sanitized"
    )  # one for all kinds: generated code is compiled once, without them
    _build(build, kinds)
    logs = build / "said"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    environment = {
        **os.environ,
        "ASAN_OPTIONS": f"log_path={logs}/asan",
        "UBSAN_OPTIONS": f"log_path={logs}/ubsan:print_stacktrace=1",
        "TSAN_OPTIONS": f"log_path={logs}/tsan:suppressions={SUPPRESSIONS}",
    }
    bad = _run("unit tests", [str(build / "core" / "tests" / "lamp_core_tests")], environment)
    with served() as (_, address):
        bad += _run("a game", [str(build / "core" / "lamp_play"), address, "8"], environment)
    client = Client("cpp", (str(build / "lamp_conformance"),), environment=environment, own_codec=False)
    for name in SCENARIOS:
        try:
            asyncio.run(catalogue.run(name, client, patience=SLOWER))
            sys.stdout.write(f"{name}: passed\n")
            sys.stdout.flush()
        except AssertionError as error:
            bad += 1
            sys.stdout.write(f"{name}: {error}\n")
    said = [path.read_text(errors="replace") for path in sorted(logs.iterdir())]
    sys.stdout.write(f"{kinds}: {len(said)} reports\n" + "\n".join(said)[:20000])
    return 1 if bad or said else 0


def _build(build: Path, kinds: str) -> None:
    ninja = ("-G", "Ninja") if shutil.which("ninja") else ()
    options = (f"-DLAMP_SANITIZE={kinds}", "-DLAMP_TESTS=ON", "-DCMAKE_BUILD_TYPE=Debug")
    subprocess.run(
        ["cmake", "-S", str(SOURCE), "-B", str(build), *ninja, *options],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    targets = ("lamp_core_tests", "lamp_play", "lamp_conformance")
    jobs = f"-j{os.cpu_count() or 2}"
    subprocess.run(
        ["cmake", "--build", str(build), jobs, "--target", *targets], check=True, stdout=subprocess.DEVNULL
    )


def _run(name: str, command: list[str], environment: dict[str, str]) -> int:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    ok = done.returncode == 0
    sys.stdout.write(
        f"{name}: {'passed' if ok else f'status {done.returncode}: {(done.stdout + done.stderr)[-3000:]}'}\n"
    )
    return not ok


if __name__ == "__main__":
    sys.exit(main())
