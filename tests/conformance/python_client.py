"""The client program of the Python client (README.md beside this file says what it does)."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.conformance import python_codec, python_drive, python_vectors


def main() -> int:
    """Read the command line and run one mode."""
    parser = argparse.ArgumentParser(description=__doc__)
    modes = parser.add_subparsers(dest="mode", required=True)
    modes.add_parser("vectors")
    modes.add_parser("codec")
    drive = modes.add_parser("drive")
    drive.add_argument("--address", required=True)
    drive.add_argument("--token")
    drive.add_argument("--seconds", type=float, default=600.0)
    drive.add_argument("--prompt", default="a person walks forward")
    drive.add_argument("--fps", type=float, default=30.0)
    options = parser.parse_args()
    if options.mode == "vectors":
        python_vectors.run(sys.stdin, sys.stdout)
    elif options.mode == "codec":
        python_codec.run(sys.stdin.buffer, sys.stdout.buffer)
    else:
        asyncio.run(python_drive.run(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
