"""What ends a training run before its time; the command says it in one line."""

from __future__ import annotations


class TrainingDiverged(RuntimeError):
    """The loss or a weight is not finite; the last good checkpoint was kept."""
