"""Where the search for a clip begins: at the noise of a given motion, and with what latents lose of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamp import features, metrics
from lamp.chain import ddim, invert, to_velocity
from lamp.easing import smooth_step
from lamp.models import representation as rep
from lamp.motion import one_frame_more
from lamp.planner import Planner
from lamp.problem import Arrays
from lamp.tasks import Task

Array = NDArray[Any]
# A prior that loses more of the poses than this does not know such motion: adding the loss back would only hide that.
MOST_LOST_M = 0.15
_FADE_FRAMES = 8  # beyond the frames that are as given, what their latents lose fades out over so many


class Beginning:
    """Writes the reference of a task into its row. ``grids``: times of the chain by the frames of a window."""

    def __init__(self, planner: Planner, grids: dict[int, list[float]]) -> None:
        self._planner, self._grids = planner, grids

    def of(self, task: Task, row: Arrays) -> Array:
        """Noise ``(L', D)`` whose chain comes nearest to the task's reference; fills context, known and residual."""
        assert task.reference is not None
        tau = self._planner.live_shape.patch_frames
        joints = padded(task.reference.positions_m, tau)
        latents = self._planner.latents(joints)
        if task.show is not None:
            self._show(row, task, joints, len(latents), tau)
        noise = self._inverse(latents, row)
        trusted = task.trusted()
        if trusted.any():
            given = features.encode(one_frame_more(joints), heading="clean")[:, rep.KEPT]
            seen = self._decoded(noise, row)
            if _pose_error_m(given, seen) <= MOST_LOST_M:
                nearest, share = fading(trusted)
                row["residual"][: task.frames] = (given - seen)[nearest] * share[:, None]
        return noise

    def _show(self, row: Arrays, task: Task, joints: Array, n: int, tau: int) -> None:
        """Give the prior the shown frames as visible motion (whole tokens only), seen through the masked encoder."""
        shown: Array = np.pad(np.asarray(task.show) > 0, (0, n * tau - task.frames), mode="edge")
        known = np.asarray(shown.reshape(n, tau).all(1), np.float32)
        visible = np.repeat(known[:, None], 6, 1)
        row["context"][:n] = self._planner.latents(joints, visible) * known[:, None]
        row["known"][:n] = known

    def _velocity(self, row: Arrays, n: int) -> Any:
        """One call of the denoiser under the row's condition, as velocity, for its first ``n`` tokens."""
        cut = {k: row[k][None, :n] for k in ("context", "known", "token_valid")}
        cut |= {"text": row["text"][None], "has_text": row["has_text"][None]}

        def velocity(z: Array, t: float) -> Array:
            inputs = cut | {"noisy": z, "time": np.full(1, t, np.float32)}
            v: Array = to_velocity(self._planner.prediction, self._planner.engine.denoise(inputs), z, t)
            return v

        return velocity

    def _grid(self, n: int) -> list[float]:
        return self._grids[self._planner.shape_for(n * self._planner.live_shape.patch_frames).frames]

    def _inverse(self, latents: Array, row: Arrays) -> Array:
        """Noise ``(L', D)`` whose chain comes nearest to ``latents (L', D)`` under the row's condition."""
        n = len(latents)
        return invert(self._velocity(row, n), latents[None], self._grid(n))[0]

    def _decoded(self, noise: Array, row: Arrays) -> Array:
        """Features ``(T', 137)`` of a noise ``(L', D)`` as the step decodes them, visible tokens from the context."""
        n = len(noise)
        z = ddim(self._velocity(row, n), noise[None], self._grid(n))
        known = row["known"][None, :n, None]
        latents = (known * row["context"][None, :n] + (1.0 - known) * z).astype(np.float32)
        return self._planner.engine.decode(latents, row["token_valid"][None, :n])[0]


def _pose_error_m(a: Array, b: Array) -> float:
    """Mean distance of the joints of two feature sequences ``(T, 137)``, places and headings left out, metres."""
    return metrics.mpjpe_root_m(np.asarray(features.decode(a)), np.asarray(features.decode(b)))


def padded(joints: Array, multiple: int) -> Array:
    """Joints whose length is a multiple, the last pose held."""
    missing = -len(joints) % multiple
    return np.concatenate([joints, np.repeat(joints[-1:], missing, axis=0)]) if missing else joints


def fading(trusted: Array) -> tuple[Array, Array]:
    """The nearest trusted frame of each frame ``(T,)``, and 1 there, falling smoothly to 0 at ``_FADE_FRAMES`` away."""
    away = np.abs(np.arange(len(trusted))[:, None] - np.flatnonzero(trusted)[None])
    return np.flatnonzero(trusted)[away.argmin(1)], 1.0 - smooth_step(away.min(1) / _FADE_FRAMES)
