"""The prior decodes motion in tokens of 4 frames; where two meet there is a small step, as between the blocks of a
compressed picture. It is taken out by spreading it over the frames on both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp.skeleton import fit_skeleton

Array = NDArray[Any]
TOKEN_FRAMES = 4
_SHARES = (
    (-2, 1 / 6),
    (-1, 1 / 3),
    (0, -1 / 3),
    (1, -1 / 6),
)  # of a step, by frame from the first one after it


def deblock(joints: Array, first: int, given: Array | None = None) -> Array:
    """Joints ``(T, 22, 3)`` whose first frame is session frame ``first``, without the steps between tokens.

    A step is what a joint moves there beyond the mean of its moves before and after. Of joints that were made from
    ``given (T, 22, 3)`` only the change has such steps: what moved before is left as it is.
    """
    out = np.array(joints, np.float64)
    change = out.copy() if given is None else out - given
    for at in range(-first % TOKEN_FRAMES, len(joints) - 1, TOKEN_FRAMES):
        if at < 2:
            continue
        before, across, after = (change[at + k] - change[at + k - 1] for k in (-1, 0, 1))
        step = across - 0.5 * (before + after)
        for k, share in _SHARES:
            out[at + k] += share * step
    return np.asarray(fit_skeleton(out)).astype(np.float32)
