"""Live characters over a tiny random prior: the past stays, the seams hold, and it never ends."""

from __future__ import annotations

import time

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp.live import LiveCharacter, LiveSettings  # noqa: E402
from lamp.live.judge import judge  # noqa: E402
from lamp.problem import Target  # noqa: E402
from lamp.scene import Obstacle  # noqa: E402
from lamp.scene.obstacle import MAX_OBSTACLES  # noqa: E402
from lamp.skeleton import BONE_LENGTHS_M, PARENTS  # noqa: E402
from tests import tiny  # noqa: E402

SETTINGS = LiveSettings(prefix_frames=8, refill_s=0.8, extend_budget_s=0.2, improve_budget_s=0.2, most_steps=2,
                        improve_attempts=2, keep_past_s=2.0)  # fmt: skip
LEGS = [4, 5, 7, 8, 10, 11]  # knees, ankles, toes
BALL = Obstacle("sphere", (0.0, 1.0, 0.6), (0.3, 0.3, 0.3))


@pytest.fixture(scope="module")
def planner():
    return tiny.planner()


@pytest.fixture
def character(planner):
    return LiveCharacter(planner, prompt="walk", seed=1, settings=SETTINGS)


def finish(character, job):
    """Run a job to its end, however slow this machine is, and publish it."""
    job.deadline_s = float("inf")
    while not job.finished:
        character._planner.advance([job], 2)
    return character.publish(job)


def work(character, playhead_s: float, most: int = 20):
    """Everything that is due at this playhead; returns the plans."""
    plans = []
    for _ in range(most):
        job = character.next_job(playhead_s)
        if job is None:
            return plans
        plans.append(finish(character, job))
    raise AssertionError(f"still planning after {most} jobs")


def snapshot(character):
    return character.timeline.first, character.timeline.window(
        character.timeline.first, character.timeline.end
    ).copy()


def bones(joints):
    return np.linalg.norm(joints[..., 1:, :] - joints[..., list(PARENTS[1:]), :], axis=-1)


# -- plans and the timeline -------------------------------------------------------------------------------------------


def test_it_starts_where_it_is_told(planner):
    c = LiveCharacter(planner, prompt="walk", start_position_m=(3.0, 0.0, -2.0), start_heading_rad=1.0,
                      settings=SETTINGS)  # fmt: skip
    assert c.planned_until_s < 0 and len(c.frames(0.0, 1.0, 30.0)) == 0
    plan = finish(c, c.next_job(0.0))
    assert plan.plan_id == 1 and plan.start_s == 0.0 and plan.end_s == pytest.approx(c.planned_until_s)
    assert c.planned_until_s == pytest.approx((tiny.LIVE_FRAMES - 1) / 20)
    first = c.frames(0.0, 0.0, 20.0)
    assert np.allclose(first.positions_m[0, 0, [0, 2]], [3.0, -2.0], atol=1e-4)
    from lamp import features

    assert float(features.heading_rad(first.positions_m[0])) == pytest.approx(1.0, abs=0.05)


def test_nothing_is_due_when_nothing_changed(character):
    plans = work(character, 0.0)
    assert plans[-1].settled
    assert character.next_job(0.1) is None


def test_one_job_at_a_time_and_cancel_frees_it(character):
    job = character.next_job(0.0)
    assert character.next_job(0.0) is None
    character.cancel(job)
    again = character.next_job(0.0)
    assert again is not None and again is not job
    character.cancel(job)  # an old job frees nothing
    assert character.next_job(0.0) is None


def test_frames_before_the_splice_never_change(character):
    work(character, 0.0)
    for i, playhead_s in enumerate((0.2, 0.6, 1.1, 1.5)):
        character.set_prompt(f"do {i}")
        first, before = snapshot(character)
        job = character.next_job(playhead_s)
        plan = finish(character, job)
        start = round(plan.start_s * 20)
        assert start > (playhead_s + SETTINGS.lead_s) * 20 - 1e-6
        assert start % 4 == 0
        now = character.timeline.window(character.timeline.first, start)
        assert np.array_equal(now, before[character.timeline.first - first : start - first])


def test_seams_are_small(character):
    """The first new frame is near the frame it replaces, and leaves the old motion with its speed."""
    work(character, 0.0)
    jumps, kicks = [], []
    for i in range(6):
        playhead_s = 0.5 + i
        work(character, playhead_s)
        first, old = snapshot(character)
        character.set_prompt(f"prompt {i}")
        plan = finish(character, character.next_job(playhead_s))
        s = round(plan.start_s * 20)
        new = character.timeline.window(s, s + 2)
        if s + 1 - first < len(old):
            jumps.append(np.linalg.norm(new[0] - old[s - first], axis=-1).max())
            kicks.append(np.linalg.norm((new[0] - old[s - 1 - first]) - (old[s - first] - old[s - 1 - first]),
                                        axis=-1).max())  # fmt: skip
    assert len(jumps) >= 4
    assert max(jumps) < 0.05 and max(kicks) < 0.05


def test_it_goes_on_for_a_minute_with_bounded_memory_and_exact_bones(character):
    """60 simulated seconds; the client reads 30 frames a second and never runs dry."""
    read, last_end, sizes = 0, None, []
    for tick in range(600):
        playhead_s = tick / 10
        work(character, playhead_s)
        if tick == 200:
            character.put_obstacle("ball", BALL)
        assert character.planned_until_s > playhead_s + 0.2
        chunk = character.frames(playhead_s, playhead_s + 0.1 - 1e-3, 30.0)
        read += len(chunk)
        assert np.abs(bones(chunk.positions_m) - BONE_LENGTHS_M[1:]).max() < 1e-4
        if last_end is not None:
            assert np.linalg.norm(chunk.positions_m[0, 0] - last_end, axis=-1) < 0.25
        last_end = chunk.positions_m[-1, 0]
        sizes.append(character.timeline.end - character.timeline.first)
    assert read == 1800
    assert max(sizes) < (SETTINGS.keep_past_s + 4.0) * 20
    assert max(sizes[300:]) <= max(sizes[:300])


def test_frames_at_any_rate(character):
    work(character, 0.0)
    for fps in (20.0, 30.0, 60.0, 144.0):
        part = character.frames(0.2, 1.0, fps)
        assert len(part) == int(1.0 * fps + 1e-6) - int(np.ceil(0.2 * fps - 1e-6)) + 1 and part.fps == fps
    whole = character.frames(0.0, 99.0, 20.0)
    assert len(whole) == character.timeline.end
    assert len(character.frames(50.0, 51.0, 30.0)) == 0


# -- intent -----------------------------------------------------------------------------------------------------------


def test_every_wish_is_a_new_revision(character):
    character.set_prompt("run")
    character.put_obstacle("a", BALL)
    character.put_target("t", Target(20, (0.3, 1.2, 1.0)))
    character.remove_target("t")
    character.remove_obstacle("nobody")
    assert character.scene_revision == 5


def test_given_revisions_keep_the_highest(character):
    character.set_prompt("run", revision=7)
    character.set_prompt("walk", revision=3)
    assert character.scene_revision == 7
    assert work(character, 0.0)[0].scene_revision == 7


def test_a_plan_answers_the_wishes_it_was_started_with_and_newer_ones_are_planned_next(character):
    work(character, 0.0)
    character.set_prompt("run")
    job = character.next_job(0.1)
    character.set_prompt("jump")
    character.put_obstacle("ball", BALL)
    plan = finish(character, job)
    assert plan.scene_revision == 1 and not plan.settled
    newest = character.next_job(0.1)
    assert newest.context.kind == "change"  # at once, not as an improvement of the old plan
    assert newest.context.intent.revision == 3 and newest.context.intent.obstacles == {"ball": BALL}
    expected = character._planner.embed("jump")
    assert np.allclose(newest.rows[0][0]["text"], expected)
    finish(character, newest)
    assert work(character, 0.1)[-1].settled


def test_the_nearest_obstacles_count_when_there_are_too_many(character):
    for i in range(MAX_OBSTACLES + 5):
        character.put_obstacle(str(i), Obstacle("sphere", (0.0, 1.0, 50.0 - i), (0.3, 0.3, 0.3)))
    row = character.next_job(0.0).rows[0][0]
    assert (row["obstacle_kind"].sum(-1) == 1).all() and len(row["obstacle_kind"]) == MAX_OBSTACLES
    assert row["obstacle_position"][..., 2].max() < 46.0


def test_removed_obstacles_and_targets_are_forgotten(character):
    character.put_obstacle("ball", BALL)
    character.put_target("t", Target(20, (0.3, 1.2, 0.5)))
    character.remove_obstacle("ball")
    character.remove_target("t")
    demands = character.next_job(0.0).context.demands
    assert demands.obstacles == {} and demands.targets == {}


# -- targets ----------------------------------------------------------------------------------------------------------


def test_a_target_without_a_time_gets_one_by_distance(character):
    work(character, 0.0)
    character.put_target("near", Target(20, (0.2, 1.2, 0.3)))
    character.put_target("far", Target(0, (0.0, 0.9, 30.0)))
    job = character.next_job(0.0)
    near, far = job.context.demands.targets.values()
    assert 1.0 < near.arrive_s < 3.0
    assert far.arrive_s > 20.0
    finish(character, job)
    character.put_obstacle("ball", BALL)
    again = character.next_job(0.3).context.demands.targets.values()
    assert [t.arrive_s for t in again] == [near.arrive_s, far.arrive_s]  # chosen once


def test_a_near_target_is_a_key_at_its_time(character):
    work(character, 0.0)
    character.put_target("t", Target(20, (0.2, 1.2, 0.3), arrive_s=1.5, hold_s=0.2))
    job = character.next_job(0.0)
    row, c = job.rows[0][0], job.context
    arrive = 30 - c.span.first
    frames = np.flatnonzero(row["key_weight"][:, 20].max(-1))
    assert frames.tolist() == list(range(arrive, arrive + 5))
    assert np.allclose(row["key"][arrive, 20], (0.2, 1.2, 0.3))


def test_a_far_target_pulls_by_a_waypoint_at_the_end_of_the_window(character):
    work(character, 0.0)
    character.put_target("t", Target(20, (0.0, 1.2, 30.0), arrive_s=25.0))
    row = character.next_job(0.0).rows[0][0]
    assert row["key_weight"][:, 20].max() == 0.0
    assert np.flatnonzero(row["key_weight"][:, 0].max(-1)).tolist() == [tiny.LIVE_FRAMES - 1]
    assert row["key_weight"][-1, 0, 1] == 0.0  # height is free
    assert 0.0 < row["key"][-1, 0, 2] < 5.0


def test_targets_of_the_past_are_left_out(character):
    work(character, 0.0)
    character.put_target("t", Target(20, (0.0, 1.2, 1.0), arrive_s=0.01))
    assert character.next_job(1.0).context.demands.targets == {}


# -- what a plan says -------------------------------------------------------------------------------------------------


def test_plans_say_in_words_what_they_could_not_do(character):
    work(character, 0.0)
    here = character.frames(1.0, 1.0, 20.0).positions_m[0, 0]
    character.put_obstacle("room", Obstacle("box", (float(here[0]), 1.0, float(here[2])), (30.0, 5.0, 30.0)))
    plans = work(character, 0.0)
    assert not plans[0].feasible and plans[0].terms["penetration_m"] > 0.5
    assert f"{plans[0].terms['penetration_m']:.3f} m" in plans[0].reason
    assert [p.settled for p in plans] == [False] * (len(plans) - 1) + [True]
    assert len(plans) == 1 + SETTINGS.improve_attempts
    character.remove_obstacle("room")
    character.put_target("moon", Target(15, (0.0, 300.0, 0.0), arrive_s=1.5))
    missed = work(character, 0.0)[0]
    assert not missed.feasible and missed.terms["target_error_m"] > 100 and "target" in missed.reason


def test_an_attempt_to_improve_never_makes_it_worse(character):
    work(character, 0.0)
    character.put_obstacle("ball", Obstacle("sphere", (0.0, 1.0, 0.3), (0.5, 0.5, 0.5)))
    plan = finish(character, character.next_job(0.0))
    assert not plan.feasible
    job = character.next_job(0.0)
    assert job.context.kind == "improve"
    start, end = job.context.span.start, character.timeline.end
    held, contacts = (
        character.timeline.window(start, end).copy(),
        character.timeline.window(start, end, "contacts"),
    )
    before = judge(held, contacts, start, job.context.demands, SETTINGS)
    job.rows[0][1]["best_joints"][:] = (0.0, 1.0, 0.3)  # every joint in the very centre: nothing is deeper
    job.rows[0][1]["best_loss"] = np.array(-1.0, np.float32)
    job.max_steps, job.steps = 1, 1
    job.finished = True
    after = character.publish(job)
    assert np.array_equal(character.timeline.window(start, end), held)
    assert after.terms["penetration_m"] == pytest.approx(before.terms["penetration_m"])


def test_a_dropped_plan_leaves_the_noise_where_it_was(character):
    """Warm starts keep their place on the token grid when a later job is not used."""
    work(character, 0.0)
    noise, start = character._last["best_noise"].copy(), character._last_first
    character.set_prompt("other")
    job = character.next_job(0.9)
    character.cancel(job)
    assert character._last_first == start and np.array_equal(character._last["best_noise"], noise)
    first = job.context.span.first
    shift = (first - start) // 4
    assert shift > 0
    again = character._start_state(first, tiny.shape(), carry_moments=False)["noise"]
    assert np.array_equal(again[: len(noise) - shift], noise[shift:])


def test_a_plan_that_comes_late_changes_nothing_that_was_played(character):
    work(character, 0.0)
    character.set_prompt("other")
    job = character.next_job(0.2)
    first, before = snapshot(character)
    before_base = character.timeline.window(first, character.timeline.end, "base").copy()
    playhead_s = (job.context.span.start + 4) / 20
    while not job.finished:
        character._planner.advance([job], 2)
    plan = character.publish(job, playhead_s)
    start = round(plan.start_s * 20)
    assert plan.start_s > playhead_s
    assert np.array_equal(character.timeline.window(first, start), before[: start - first])
    new = character.timeline.window(start, start + 1)[0]
    # faded in from there; only legs in the air may be on their way to other steps, by 3 cm a frame at most
    moved = np.linalg.norm(new - before[start - first], axis=-1)
    assert moved[LEGS].max() < 3e-2 and np.delete(moved, LEGS).max() < 4e-3
    base = character.timeline.window(start, start + 1, "base")[0]
    assert np.linalg.norm(base - before_base[start - first], axis=-1).max() < 1e-3
    # later plans find its noise where its window began
    assert character._last_first == job.context.span.first


def test_plans_name_their_cost(character):
    began = time.monotonic()
    plan = finish(character, character.next_job(0.0))
    assert plan.steps == 2 and 0 < plan.optimise_s <= time.monotonic() - began
    assert {"penetration_m", "target_error_m", "foot_slide_mps", "jitter_mps3"} <= set(plan.terms)


def test_a_late_plan_is_faded_in_after_what_was_played(character):
    """Frames up to the playhead stay as they were shown, and the new motion begins without a step."""
    work(character, 0.0)
    character.set_prompt("other")
    job = finish_only(character, character.next_job(0.0))
    shown_until = job.context.span.start + 8
    before = character.timeline.window(0, shown_until + 3).copy()
    plan = character.publish(job, shown_until / 20.0)
    after = character.timeline.window(0, shown_until + 3)
    assert np.array_equal(after[: shown_until + 1], before[: shown_until + 1])
    # frames between these are interpolated over two to either side: the next one stays too
    assert np.array_equal(after[shown_until + 1], before[shown_until + 1])
    assert plan.start_s == pytest.approx((shown_until + 2) / 20.0)
    moved = np.linalg.norm(after[shown_until + 2] - before[shown_until + 2], axis=-1)
    assert moved[LEGS].max() < 3e-2 and np.delete(moved, LEGS).max() < 4e-3


def finish_only(character, job):
    """Advance a job to its end without publishing it."""
    while not job.finished:
        character._planner.advance([job], 2)
    return job


@pytest.mark.parametrize("left", [0, 1, 2, 3, 5])
def test_an_improvement_may_come_when_almost_nothing_is_left_to_improve(character, left):
    character.put_obstacle("ball", BALL)
    finish(character, character.next_job(0.0))
    character.put_obstacle("ball", Obstacle("sphere", (0.0, 1.0, 0.7), (0.3, 0.3, 0.3)))
    finish(character, character.next_job(0.0))
    job = finish_only(character, character.next_job(0.2))
    assert job.context.kind == "improve"
    plan = character.publish(job, character.planned_until_s - left / 20.0)
    assert plan.end_s == character.planned_until_s
    assert np.isfinite(character.timeline.window(character.timeline.first, character.timeline.end)).all()
