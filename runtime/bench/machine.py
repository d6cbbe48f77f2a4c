"""What stands beside every figure: the machine, the versions, the command and the day."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any


def circumstances() -> dict[str, Any]:
    """Date, hardware, versions and command line, for the head of a report."""
    return {"date": date.today().isoformat(), "hardware": hardware(), "versions": versions(),
            "command": "lamp " + " ".join(sys.argv[1:])}  # fmt: skip


def hardware() -> dict[str, Any]:
    """Processor, cores and GPU of this machine."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf8").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return {"processor": name, "cores": os.cpu_count(), "system": platform.system(), "gpus": _gpus()}


def _gpus() -> list[str]:
    """Names of the NVIDIA GPUs its own tool sees; empty where there is no such tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    command = [tool, "--query-gpu=name", "--format=csv,noheader"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return found.stdout.split("\n")[:-1] if found.returncode == 0 else []


def versions() -> dict[str, str]:
    """Versions of what matters to the figures."""
    found = {"python": platform.python_version()}
    for package in ("lamp-motion", "numpy", "onnxruntime", "torch", "grpcio"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
