"""The trained prior goes on from what another one played: no jump where it takes over."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.motion import Motion
from lamp.prior import MotionPrior
from lamp.scene.obstacle import Obstacle
from runtime.backend import Character, CharacterStart
from runtime.prior_backend import PriorBackend

FPS = 30.0


@pytest.fixture(scope="module")
def backend() -> PriorBackend:
    return PriorBackend(MotionPrior.load("research", engine="onnx"))


def plan(backend: PriorBackend, character: Character, playhead_s: float) -> None:
    job = character.next_job(playhead_s)
    assert job is not None
    while not job.finished:
        backend.advance([job], 4)
    character.publish(job, playhead_s)


@pytest.mark.parametrize("cut_s", [2.0, 2.0 + 1.0 / FPS])
def test_a_character_goes_on_elsewhere(backend: PriorBackend, cut_s: float) -> None:
    first = backend.new_character(CharacterStart("a person walks forward", seed=3))
    plan(backend, first, 0.0)
    played: Motion = first.frames(cut_s - 1.0, cut_s, FPS)
    second = backend.new_character(
        CharacterStart("a person walks forward", seed=9, motion=played, time_s=cut_s)
    )
    second.put_obstacle("rock", Obstacle("sphere", (0.2, 0.9, 6.0)), revision=41)
    plan(backend, second, cut_s)
    assert second.scene_revision == 41
    went_on = second.frames(cut_s, cut_s + 1.5, FPS)
    assert len(went_on) == 46
    across = np.concatenate([played.positions_m[:-1], went_on.positions_m])
    seam = len(played) - 1
    assert np.linalg.norm(went_on.positions_m[0] - played.positions_m[-1], axis=-1).max() < 0.02
    velocity = np.diff(across, axis=0) * FPS
    change = np.linalg.norm(np.diff(velocity, axis=0), axis=-1).max(axis=-1)
    usual = np.linalg.norm(
        np.diff(np.diff(first.frames(0.5, cut_s, FPS).positions_m, axis=0) * FPS, axis=0), axis=-1
    ).max()
    assert change[seam - 2 : seam + 3].max() < 1.5 * usual + 0.2, (change[seam - 3 : seam + 4], usual)
    assert np.linalg.norm(velocity[seam : seam + 15, 0], axis=-1).min() > 0.3, "it goes on walking"
