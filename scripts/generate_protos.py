"""Write ``runtime/pb`` from ``proto/``: messages, gRPC stubs and type stubs, and the C# messages of the Unity package.
``make proto``; ``--check`` only compares.

protoc names Python modules after the folders of the .proto files, so ``proto/lamp/v1/x.proto`` would become
``lamp.v1.x_pb2`` and collide with the library ``lamp``. The modules are therefore moved to ``runtime.pb.v1`` and their
imports with them; message names on the wire (``lamp.v1.X``) stay as they are.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from scripts import protoc_gen_lamp_cs as csharp

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
TARGET = ROOT / "runtime" / "pb"
CSHARP = ROOT / "unity_client" / "Runtime" / "Protocol" / "Generated"
PACKAGE_DOC = '"""Generated from proto/ by scripts/generate_protos.py; do not edit."""\n'


def main(argv: list[str] | None = None) -> int:
    """Write the generated files, or with ``--check`` name those that differ (exit status 1)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail when something is out of date"
    )
    options = parser.parse_args(argv)
    stale = 0
    for target, wanted in ((TARGET, generate(PROTO)), (CSHARP, generate_csharp(PROTO))):
        name = target.relative_to(ROOT).as_posix()
        if not options.check:
            write(wanted, target)
            print(f"wrote {len(wanted)} files to {name}")
            continue
        for path in differences(wanted, target):
            print(f"out of date: {name}/{path} (make proto mends it)", file=sys.stderr)
            stale = 1
    return stale


def generate(proto: Path) -> dict[str, str]:
    """Relative path below the target to content, for every .proto file below ``proto/lamp``.

    Raises ``RuntimeError`` with the compiler's message when a .proto file is wrong.
    """
    sources = sorted(str(path.relative_to(proto)) for path in proto.rglob("*.proto"))
    if not sources:
        return {}
    files = {"__init__.py": PACKAGE_DOC}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={proto}"]
        command += [f"--{kind}_out={folder}" for kind in ("python", "pyi", "grpc_python")]
        done = subprocess.run([*command, *sources], capture_output=True, text=True, cwd=proto, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"protoc failed:\n{done.stderr}")
        made = Path(folder, "lamp")
        for path in sorted(made.rglob("*.py*")):
            relative = path.relative_to(made)
            files[f"{relative.parent.as_posix()}/__init__.py"] = PACKAGE_DOC
            files[relative.as_posix()] = relocate(path.read_text(encoding="utf8"))
    return files


def generate_csharp(proto: Path) -> dict[str, str]:
    """File name to C# of every message and enum; see protoc_gen_lamp_cs.

    Raises ``RuntimeError`` with the compiler's message when a .proto file is wrong.
    """
    sources = sorted(str(path.relative_to(proto)) for path in proto.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "all")
        command = [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"--proto_path={proto}",
            "--include_source_info",
        ]
        done = subprocess.run(
            [*command, f"--descriptor_set_out={out}", *sources],
            capture_output=True,
            text=True,
            cwd=proto,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"protoc failed:\n{done.stderr}")
        return csharp.generate(FileDescriptorSet.FromString(out.read_bytes()).file)


def relocate(code: str) -> str:
    """Imports of ``lamp.vN`` modules turned into imports of ``runtime.pb.vN``."""
    return re.sub(r"^(from|import) lamp\.(v\d+)", r"\1 runtime.pb.\2", code, flags=re.MULTILINE)


def differences(wanted: dict[str, str], target: Path) -> list[str]:
    """Files that are missing, differ, or are there without a .proto file."""
    there = {
        path.relative_to(target).as_posix()
        for path in target.rglob("*")
        if path.suffix in (".py", ".pyi", ".cs")
    }
    changed = {
        path for path in wanted.keys() & there if (target / path).read_text(encoding="utf8") != wanted[path]
    }
    return sorted(changed | (wanted.keys() ^ there))


def write(wanted: dict[str, str], target: Path) -> None:
    """Make ``target`` hold exactly the files ``wanted``."""
    for path in differences(wanted, target):
        (target / path).unlink(missing_ok=True)
    for path, content in wanted.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(content, encoding="utf8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
