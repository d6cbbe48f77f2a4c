"""A client process that makes many unary calls and says how much it grew. ``python unary_client.py ADDRESS CALLS``.

A process of its own, because pytest's own memory would drown what is measured.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tracemalloc

from runtime.client import LampClient
from runtime.server_process import rss_mib


def main(address: str, calls: int) -> None:
    """Warm up, measure, call, measure; prints JSON."""
    with LampClient(address) as client:

        def call(count: int) -> None:
            for _ in range(count):
                assert client.server_info().engine == "stub"
            gc.collect()

        call(max(calls // 10, 500))
        before = rss_mib(os.getpid()) or 0.0
        call(calls)
        after = rss_mib(os.getpid()) or 0.0
        tracemalloc.start()
        call(100)
        traced = tracemalloc.get_traced_memory()[0]
        call(400)
        sys.stdout.write(json.dumps({
            "calls": calls, "rss_growth_mib": after - before,
            "traced_bytes_per_call": (tracemalloc.get_traced_memory()[0] - traced) / 400,
        }))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
