"""Replay: the same bits again, and a clear word where they are not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import lamp.prior as prior_module  # noqa: E402
from lamp import bundle as bundles  # noqa: E402
from lamp.live import LiveSettings  # noqa: E402
from lamp.prior import MotionPrior  # noqa: E402
from runtime.backend import CharacterStart  # noqa: E402
from runtime.prior_backend import PriorBackend  # noqa: E402
from runtime.recording import Recording, RecordingError  # noqa: E402
from runtime.recording import events as kinds  # noqa: E402
from runtime.recording.events import Event, Published, Rendered, Sent  # noqa: E402
from runtime.recording.format import file_start  # noqa: E402
from runtime.recording.replay import check_same_model, differing_provenance, replay  # noqa: E402
from runtime.stub_backend import StubBackend  # noqa: E402
from tests import tiny  # noqa: E402
from tests.runtime.recording.scenes import Stage, busy_scene  # noqa: E402

MakePrior = Callable[..., PriorBackend]


@pytest.fixture(scope="module")
def make_prior(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakePrior]:
    """Backends of a tiny random prior on the torch engine; ``seed`` is that of its weights."""
    patch = pytest.MonkeyPatch()
    patch.setattr(prior_module, "load_text_encoder", lambda name: tiny.FakeText())

    def make(seed: int = 0) -> PriorBackend:
        made = tiny.networks(seed=seed)
        folder = tiny.write_bundle(tmp_path_factory.mktemp("bundle") / "tiny", made)
        settings = LiveSettings(most_steps=8, improve_attempts=3)
        return PriorBackend(MotionPrior(bundles.load(folder), tiny.engine(made)), settings)

    yield make
    patch.undo()


@pytest.fixture(scope="module")
def recordings(make_prior: MakePrior, tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    """Three characters of the tiny prior that shared batches."""
    stage = Stage(make_prior(), tmp_path_factory.mktemp("tiny"))
    busy_scene(stage, 3.0)
    return stage.recordings()


def changed(recording: Recording, path: Path, change: Callable[[Event], Event | None]) -> Recording:
    """The recording with some of its events changed, or left out."""
    events = [change(event) for event in recording.events()]
    records = [kinds.to_record(event) for event in (recording.header, *events) if event is not None]
    path.write_bytes(file_start() + b"".join(records))
    return Recording.open(path)


def published(recording: Recording) -> list[Published]:
    return [event for event in recording.events() if isinstance(event, Published)]


def test_every_plan_of_characters_that_shared_batches_is_the_same_again(
    recordings: list[Recording], make_prior: MakePrior
) -> None:
    batches = {run[1] for recording in recordings for event in published(recording) for run in event.runs}
    rows = {run[2] for recording in recordings for event in published(recording) for run in event.runs}
    assert len(batches) > 1, "they were not planned in batches of different sizes"
    assert len(rows) > 1
    for recording in recordings:
        outcome = replay(recording, make_prior())
        assert outcome.difference is None
        assert outcome.plans == len(published(recording)) > 1
        assert outcome.frames > 100
        assert outcome.tail.kind == "whole"


def test_a_replay_needs_no_clock(
    recordings: list[Recording], make_prior: MakePrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(np.linspace(1e6, -1e6, 10_000_000))
    backend = make_prior()
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    assert replay(recordings[2], backend).difference is None


def test_the_scene_really_led_to_improvements_and_changes(recordings: list[Recording]) -> None:
    kinds_seen = {event.kind for event in recordings[0].events()}
    revisions = [event.plan["scene_revision"] for event in published(recordings[0])]
    assert {"began", "called", "job", "published", "rendered", "ended"} <= kinds_seen
    assert len(set(revisions)) >= 3
    assert len(revisions) > len(set(revisions)), "no plan was improved or gone on from"


@pytest.mark.parametrize(
    "change",
    [
        lambda e: replace(e, runs=((*e.runs[0][:3], e.runs[0][3] + 1), *e.runs[1:])),
        lambda e: replace(e, playhead_s=e.playhead_s + 1.0),
        lambda e: replace(e, plan={**e.plan, "terms": {"$": "map", "items": [["penetration_m", 0.125]]}}),
    ],
    ids=["one step more", "published later", "another term"],
)
def test_what_was_not_so_is_found_at_its_plan(
    recordings: list[Recording],
    make_prior: MakePrior,
    tmp_path: Path,
    change: Callable[[Published], Published],
) -> None:
    victim = published(recordings[0])[1].plan_id
    wrong = changed(
        recordings[0], tmp_path / "wrong.lamprec",
        lambda e: change(e) if isinstance(e, Published) and e.plan_id == victim else e,
    )  # fmt: skip
    outcome = replay(wrong, make_prior())
    assert outcome.difference is not None
    assert outcome.difference.plan_id in (victim, victim + 1)
    assert f"plan {outcome.difference.plan_id}, " in str(outcome.difference)
    assert " was " in str(outcome.difference)
    assert outcome.plans <= victim


def test_another_seed_gives_another_motion(
    recordings: list[Recording], make_prior: MakePrior, tmp_path: Path
) -> None:
    wrong = changed(
        recordings[0], tmp_path / "seed.lamprec",
        lambda e: replace(e, start=replace(e.start, seed=99)) if isinstance(e, kinds.Began) else e,
    )  # fmt: skip
    outcome = replay(wrong, make_prior())
    assert outcome.difference is not None
    assert outcome.difference.plan_id == 1


def test_a_job_that_is_not_due_any_more_is_a_difference(
    recordings: list[Recording], make_prior: MakePrior, tmp_path: Path
) -> None:
    doubled: list[Event] = []
    for event in recordings[0].events():
        doubled += [event, event] if isinstance(event, kinds.JobStarted) else [event]
    path = tmp_path / "twice.lamprec"
    path.write_bytes(file_start() + b"".join(kinds.to_record(e) for e in (recordings[0].header, *doubled)))
    outcome = replay(Recording.open(path), make_prior())
    assert outcome.difference is not None
    assert "a job was due, now there is none" in str(outcome.difference)


def test_other_weights_are_refused_with_both_fingerprints(
    recordings: list[Recording], make_prior: MakePrior
) -> None:
    other = make_prior(seed=1)
    then = recordings[0].header.provenance["weights"]
    with pytest.raises(RecordingError, match=rf"weights {then}, here is [0-9a-f]+; .*--bundle.*--force"):
        check_same_model(recordings[0], other)
    assert set(differing_provenance(recordings[0], other)) == {"weights"}
    assert replay(recordings[0], other).difference is not None
    check_same_model(recordings[0], make_prior())


def test_another_kind_of_model_is_refused(recordings: list[Recording]) -> None:
    with pytest.raises(RecordingError, match="bundle tiny, here is stub"):
        check_same_model(recordings[0], StubBackend())


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (kinds.Called(0.1, 0.0, "publish", (), {}), "no 'publish'"),
        (kinds.Called(0.1, 0.0, "set_colour", ("red",), {}), "no 'set_colour'"),
        (kinds.Called(0.1, 0.0, "__class__", (), {}), "no '__class__'"),
        (kinds.Called(0.1, 0.0, "set_prompt", (1, 2, 3), {}), "does not take"),
        (kinds.JobDropped(0.1, 0.0), "never began"),
        (Published(0.1, 0.0, 0.0, 1, (), {"plan_id": 1}), "never began"),
    ],
    ids=lambda value: getattr(value, "method", None) or getattr(value, "kind", ""),
)
def test_a_file_that_makes_no_sense_says_where(
    recordings: list[Recording], tmp_path: Path, event: Event, words: str
) -> None:
    path = tmp_path / "odd.lamprec"
    began = kinds.Began(0.0, 0.0, CharacterStart("walk"))
    path.write_bytes(file_start() + b"".join(map(kinds.to_record, (recordings[0].header, began, event))))
    with pytest.raises(RecordingError, match=words) as error:
        replay(Recording.open(path), StubBackend())
    assert "0.100 s" in str(error.value)


def test_a_batch_the_engine_does_not_have_is_named(
    recordings: list[Recording], make_prior: MakePrior, tmp_path: Path
) -> None:
    wrong = changed(
        recordings[0], tmp_path / "row.lamprec",
        lambda e: replace(e, runs=((0, 2, 7, 3),)) if isinstance(e, Published) else e,
    )  # fmt: skip
    with pytest.raises(RecordingError, match="row 7 of 2"):
        replay(wrong, make_prior())


def test_a_recording_replays_up_to_where_it_was_cut_off(
    recordings: list[Recording], make_prior: MakePrior, tmp_path: Path
) -> None:
    content = recordings[1].path.read_bytes()
    path = tmp_path / "torn.lamprec"
    path.write_bytes(content[: int(len(content) * 0.6)])
    torn = Recording.open(path)
    outcome = replay(torn, make_prior())
    assert outcome.difference is None
    assert 1 <= outcome.plans < len(published(recordings[1]))
    assert outcome.tail.kind == "torn"


# -- the stub, through a real server ----------------------------------------------------------------------------------


def test_a_moved_joint_is_named_with_its_distance(tmp_path: Path, record_stub: Callable[..., Path]) -> None:
    recording = Recording.open(record_stub(seconds=2.0))
    assert replay(recording, StubBackend()).difference is None
    first = next(e for e in recording.events() if isinstance(e, Rendered))

    class Taller(StubBackend):
        """Lifts the left wrist of one frame by 5 cm."""

        def new_character(self, start: CharacterStart) -> Any:
            character = super().new_character(start)
            render = character.frames

            def frames(start_s: float, end_s: float, fps: float) -> Any:
                motion = render(start_s, end_s, fps)
                positions = motion.positions_m.copy()
                positions[7, 20, 1] += 0.05
                return replace(motion, positions_m=positions)

            character.frames = frames  # type: ignore[method-assign]
            return character

    difference = replay(recording, Taller()).difference
    assert difference is not None
    assert difference.plan_id == 1
    assert (difference.frame, difference.joint) == (7 + round(first.start_s * first.fps), "left_wrist")
    assert difference.away_m == pytest.approx(0.05, abs=1e-4)
    assert "left_wrist in frame 7" in str(difference)


def test_the_session_of_a_server_replays_also_in_other_axes(record_stub: Callable[..., Path]) -> None:
    recording = Recording.open(record_stub(seconds=2.0, axes="UNREAL"))
    outcome = replay(recording, StubBackend())
    assert outcome.difference is None
    assert outcome.plans >= 2
    assert any(isinstance(e, Sent) and e.message.HasField("plan") for e in recording.events())


def test_a_session_taken_up_again_is_one_recording(tmp_path: Path, on_server: Any) -> None:
    from runtime.recording import RecordingConfig
    from tests.runtime.wire import Driven, sphere

    async def body(site: Any) -> None:
        driven = await Driven.open(site.channel())
        await driven.until(lambda: driven.frames)
        token, last = driven.welcome.session_token, driven.last_index
        driven.call.cancel()
        await asyncio.sleep(0.1)
        again = await Driven.open(site.channel(), resume_token=token, last_frame_index=last)
        assert again.welcome.resumed
        await again.update(put_obstacles=[sphere("rock", 0.1, 0.9, 2.0)])
        await again.until(lambda: again.plans and again.plans[-1].scene_revision >= 1)
        await again.bye()

    on_server(body, recording=RecordingConfig(tmp_path))
    (path,) = tmp_path.glob("*.lamprec")
    recording = Recording.open(path)
    hellos = [e for e in recording.events() if isinstance(e, kinds.Received) and e.message.HasField("hello")]
    welcomes = [
        e.message.welcome for e in recording.events() if isinstance(e, Sent) and e.message.HasField("welcome")
    ]
    assert [w.resumed for w in welcomes] == [False, True]
    assert len(hellos) == 2
    assert all(h.message.hello.resume_token == "" for h in hellos)
    outcome = replay(recording, StubBackend())
    assert outcome.difference is None
    assert outcome.plans >= 2
