"""Resolve the dependencies of every extra, for every supported Python and platform, into ``constraints.txt``.

Run after a change of the dependencies: ``pip install uv && python scripts/lock.py``. Versions already pinned are kept
where they still fit; ``--upgrade`` takes the newest ones.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TORCH = "torch==2.13.0"  # the version the tests run with; gpu and train accept any from 2.11 on
HEADER = """\
# Exact versions of all that the extras of pyproject.toml can pull in: Python 3.11-3.13 on Linux, macOS, Windows.
# Used by scripts/run.py: pip install -c constraints.txt -e ".[viz]". Written by scripts/lock.py; do not edit by hand.
"""


def main() -> int:
    """Write ``constraints.txt``; the exit status is that of the resolver."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--upgrade", action="store_true", help="take the newest versions, not those pinned now"
    )
    options = parser.parse_args()
    target = ROOT / "constraints.txt"
    with tempfile.TemporaryDirectory() as folder:
        fixed, result = Path(folder, "fixed.txt"), Path(folder, "constraints.txt")
        fixed.write_text(TORCH + "\n", encoding="utf8")
        if target.exists() and not options.upgrade:
            result.write_text(target.read_text(encoding="utf8"), encoding="utf8")
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "pyproject.toml",
            "--all-extras",
            "--universal",
        ]
        command += [
            "--python-version",
            "3.11",
            "--fork-strategy",
            "fewest",
            "--no-annotate",
            "--no-header",
            "--quiet",
        ]
        command += ["--constraint", str(fixed), "--output-file", str(result)]
        status = subprocess.call(command, cwd=ROOT)
        if status == 0:
            target.write_text(HEADER + tidy(result.read_text(encoding="utf8")), encoding="utf8")
    return status


def tidy(resolved: str) -> str:
    """Lines of the resolver without those for Python in a browser, and without local build tags (``+cpu``)."""
    lines = [line for line in resolved.splitlines() if "sys_platform == 'emscripten'" not in line]
    lines = [line.replace(" ; sys_platform != 'emscripten'", "") for line in lines]
    return "".join(re.sub(r"\+\w+", "", line) + "\n" for line in lines if line and not line.startswith("#"))


if __name__ == "__main__":
    sys.exit(main())
