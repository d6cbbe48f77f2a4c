"""Progress of a training run: a line a person can read, with time left, and TensorBoard where it is installed."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

log = logging.getLogger("training")


class Progress:
    """A progress bar on a terminal, one line every half minute in a log file."""

    def __init__(self, title: str, out: Path, enabled: bool) -> None:
        self.title, self.enabled = title, enabled
        self._tty = sys.stderr.isatty()
        self._last_line = 0.0
        self._writer: Any = None
        if enabled:
            try:
                from torch.utils.tensorboard import SummaryWriter

                self._writer = SummaryWriter(str(out / "tensorboard"))
            except ImportError:
                log.info("tensorboard is not installed; losses are in the checkpoint's state.json")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tty and self.enabled:
            sys.stderr.write("\n")
        if self._writer is not None:
            self._writer.close()

    def update(
        self, step: int, share: float, trained_s: float, losses: dict[str, float], rate: float
    ) -> None:
        """Show ``losses`` after ``step`` steps; ``share`` of the schedule is done after ``trained_s`` seconds."""
        if not self.enabled:
            return
        if self._writer is not None:
            for name, value in {**losses, "learning_rate": rate}.items():
                self._writer.add_scalar(f"{self.title}/{name}", value, step)
        now = time.monotonic()
        if not self._tty and now - self._last_line < 30.0:
            return
        self._last_line = now
        left = trained_s / max(share, 1e-6) * max(0.0, 1.0 - share)
        filled = int(20 * min(share, 1.0))
        bar = "#" * filled + "." * (20 - filled)
        text = "  ".join(f"{k} {v:.4g}" for k, v in losses.items())
        self._write(f"{self.title} [{bar}] {share:6.1%}  step {step}  {left / 60:.1f} min left  {text}")

    def say(self, message: str) -> None:
        """A line of its own."""
        if self.enabled:
            sys.stderr.write(("\n" if self._tty else "") + message + "\n")

    def _write(self, line: str) -> None:
        sys.stderr.write(("\r\033[K" + line[:200]) if self._tty else line + "\n")
        sys.stderr.flush()
