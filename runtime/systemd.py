"""How systemd learns that a service is ready, stops, and is alive: the protocol of sd_notify(3), without its library.

Nothing happens where systemd did not start the process.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping

log = logging.getLogger(__name__)


def notify(*assignments: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send assignments such as ``READY=1`` to systemd; whether they were sent. Never raises: it is only news."""
    path = environment.get("NOTIFY_SOCKET", "")
    if not path or not hasattr(socket, "AF_UNIX"):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.sendto("\n".join(assignments).encode(), "\0" + path[1:] if path.startswith("@") else path)
    except OSError as error:
        log.warning("systemd could not be told %s at %s: %s", " ".join(assignments), path, error)
        return False
    return True


def reloading() -> bool:
    """Say that settings are being read again; ``READY=1`` ends it (``Type=notify-reload`` needs the time)."""
    return notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def watchdog_interval_s(environment: Mapping[str, str] = os.environ) -> float | None:
    """How often ``WATCHDOG=1`` is due: half of what systemd allows. None when it does not watch this process."""
    limit, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not limit.isdigit() or int(limit) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(limit) / 2e6
