"""Peak memory of this process between two moments."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from types import ModuleType

import torch

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_MIB = 2.0**20


class PeakMemory:
    """Largest resident memory since :meth:`restart`, above what was resident when this was made; MiB.

    On a GPU the device memory of torch counts too. Where the system cannot forget an old peak (only Linux can), the
    peak is that of the whole process so far.
    """

    def __init__(self) -> None:
        self._before = _resident_mib("VmRSS")

    def restart(self) -> None:
        """Forget the peak until now."""
        with contextlib.suppress(OSError):
            _RESET.write_text("5", encoding="ascii")
        cuda = _cuda()
        if cuda is not None:
            cuda.reset_peak_memory_stats()

    def mib(self) -> float:
        """The peak since the last restart."""
        cuda = _cuda()
        device = 0.0 if cuda is None else cuda.max_memory_allocated() / _MIB
        return max(_resident_mib("VmHWM") - self._before, 0.0) + device


def _resident_mib(field: str) -> float:
    if _STATUS.is_file():
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024.0
    import resource

    unit = 1.0 if sys.platform == "darwin" else 1024.0  # macOS counts bytes, others KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / _MIB


def _cuda() -> ModuleType | None:
    return torch.cuda if torch.cuda.is_available() else None
