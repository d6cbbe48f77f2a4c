"""The three noises of the refinement table, as offsets ``(T, 22, 3)`` in metres with a given standard deviation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
AMPLITUDE_M = 0.05  # DNO's evaluation; the paper states none
_OCTAVES, _LATTICE_FRAMES = 3, 16.0
_PERIOD_S = (0.25, 1.0)
_FPS = 20.0


def gaussian(frames: int, rng: np.random.Generator) -> Array:
    """White in time, independent for every joint and axis."""
    return AMPLITUDE_M * rng.standard_normal((frames, 22, 3))


def perlin(frames: int, rng: np.random.Generator) -> Array:
    """Smooth gradient noise in time: three octaves, the slowest with a lattice of 16 frames."""
    total = np.zeros((frames, 22, 3))
    for octave in range(_OCTAVES):
        total += 0.5**octave * _gradient_noise(frames, _LATTICE_FRAMES / 2**octave, rng)
    return AMPLITUDE_M * total / total.std()


def sinusoidal(frames: int, rng: np.random.Generator) -> Array:
    """A sine per joint and axis, of random phase and a period of 0.25 to 1 s."""
    period_s = rng.uniform(*_PERIOD_S, (22, 3))
    phase = rng.uniform(0, 2 * np.pi, (22, 3))
    times_s = np.arange(frames)[:, None, None] / _FPS
    return AMPLITUDE_M * np.sqrt(2.0) * np.sin(2 * np.pi * times_s / period_s + phase)


def _gradient_noise(frames: int, lattice: float, rng: np.random.Generator) -> Array:
    """One octave: random slopes at lattice points, blended by the quintic fade; zero at the points themselves."""
    place = (np.arange(frames) + rng.uniform(0, lattice)) / lattice
    low = np.floor(place).astype(int)
    u = (place - low)[:, None, None]
    slope = rng.standard_normal((int(low.max()) + 2, 22, 3))
    fade = u**3 * (u * (u * 6 - 15) + 10)
    return (1 - fade) * slope[low] * u + fade * slope[low + 1] * (u - 1)


NOISES: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "gaussian": gaussian, "perlin": perlin, "sinusoidal": sinusoidal,
}  # fmt: skip
