"""The newest wishes reach a character, whatever came in between."""

from __future__ import annotations

from dataclasses import replace

from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from runtime.backend import CharacterStart
from runtime.scene_state import Wishes, apply
from runtime.stub_backend import StubBackend, StubCharacter

ROCK = Obstacle("sphere", (2.0, 0.9, 3.0))
CUP = Target(20, (0.4, 1.2, 2.0))


def puppet() -> StubCharacter:
    character = StubBackend().new_character(CharacterStart("walk"))
    assert isinstance(character, StubCharacter)
    return character


def test_differences_are_applied_with_their_revision() -> None:
    character, start = puppet(), Wishes("walk")
    wishes = Wishes("run", {"rock": ROCK}, {"cup": CUP}, revision=4)
    apply(character, start, wishes)
    assert (character.prompt, character.obstacles, character.targets) == ("run", {"rock": ROCK}, {"cup": CUP})
    assert character.scene_revision == 4
    apply(character, wishes, replace(wishes, obstacles={}, targets={}, revision=9))
    assert (character.obstacles, character.targets, character.scene_revision) == ({}, {}, 9)


def test_a_change_that_was_undone_in_between_is_still_acknowledged() -> None:
    character, wishes = puppet(), Wishes("walk", revision=2)
    apply(character, wishes, replace(wishes, revision=4))  # 3 put a rock, 4 removed it, both within one tick
    job = character.next_job(0.0)
    assert job is not None
    assert character.publish(job).scene_revision == 4
