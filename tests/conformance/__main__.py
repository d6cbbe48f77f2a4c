"""``make conformance``: one suite for the Python, C# and C++ clients, against the real server.

Builds the clients, installing what that needs where it can, and prints a table; what cannot be built is skipped and
says why. Numbers go to out/conformance.json, those of retargeting to out/retarget.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests.conformance import catalogue, report, suite
from tests.conformance.clients import CLIENTS

ROOT = Path(__file__).resolve().parent.parent.parent
RETARGET = ROOT / "scripts" / "retarget_report.py"
FULL_SOAK_S = 600.0


def main() -> int:
    """Run the suite; 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="make conformance", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--clients", default=",".join(CLIENTS), help="which, divided by commas (default: %(default)s)"
    )
    parser.add_argument("--scenarios", default="", help="which, divided by commas (default: all)")
    parser.add_argument("--soak-seconds", type=float, default=60.0, help="streaming under faults; 0: none")
    parser.add_argument(
        "--full", action="store_true", help="soak for 10 minutes, all clients at the same time"
    )
    parser.add_argument("--codec-messages", type=int, default=100_000, help="0: none (default: %(default)s)")
    parser.add_argument(
        "--json", type=Path, default=ROOT / "out" / "conformance.json", help="where numbers go"
    )
    parser.add_argument("--no-retarget", action="store_true", help="leave out the report on retargeting")
    parser.add_argument("--list", action="store_true", help="list scenarios and end")
    options = parser.parse_args()
    if options.list:
        _say("\n".join(f"{name:22} {catalogue.about(name)}" for name in catalogue.SCENARIOS))
        return 0
    clients, scenarios = _names(options.clients, CLIENTS), _names(options.scenarios, catalogue.SCENARIOS)
    soak_s = FULL_SOAK_S if options.full else options.soak_seconds
    plan = suite.Plan(clients, scenarios, options.codec_messages, soak_s)
    reports = suite.run(plan, _say)
    report.write(options.json, reports, {"soak_s": soak_s})
    _say("\n" + report.table(reports))
    failed = sum(one.count(report.FAILED) for one in reports)
    if not options.no_retarget:
        failed += _retarget(options.json.parent / "retarget.json")
    _say(f"\n{'FAILED' if failed else 'passed'}; numbers in {options.json}")
    return 1 if failed else 0


def _names(text: str, known: dict[str, object]) -> list[str]:
    names = [name for name in text.split(",") if name]
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"error: {unknown[0]!r} is unknown; choose from {', '.join(known)}")
    return names


def _retarget(path: Path) -> bool:
    """Write the report on retargeting, and show it. Whether it failed."""
    done = subprocess.run([sys.executable, str(RETARGET), "--out", str(path)], cwd=ROOT, check=False)
    if path.is_file():
        figures = {k: v for k, v in json.loads(path.read_text()).items() if isinstance(v, int | float)}
        _say("retargeting: " + ", ".join(f"{name} {value:.4g}" for name, value in figures.items()))
    return done.returncode != 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
