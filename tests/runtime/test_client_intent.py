"""What a client remembers of its wishes, and what of them it tells the next server."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest

from lamp.intent import KeyPose, Path, Waypoint
from lamp.skeleton import forward_kinematics
from runtime import convert_intents
from runtime.client import LampError, Reconnect
from runtime.client.intent import Intent
from runtime.client.outgoing import Outgoing
from runtime.client.reconnect import is_lost, may_try_again
from runtime.coordinates import MODEL, UNREAL, CoordinateSystem
from runtime.decode_scene import read_scene_update
from runtime.limits import Limits
from runtime.pb.v1 import drive_pb2
from runtime.scene_state import Wishes
from tests.runtime.wire import sphere, target

STANDING = forward_kinematics(np.array([0.0, 0.95, 0.0]), np.tile([0, 0, 0, 1.0], (22, 1)))


def scene(**fields: Any) -> drive_pb2.DriveRequest:
    return drive_pb2.DriveRequest(scene_update=drive_pb2.SceneUpdate(**fields))


def prompt(text: str) -> drive_pb2.DriveRequest:
    return drive_pb2.DriveRequest(prompt=drive_pb2.Prompt(text=text))


def path(*points: tuple[float, float], coordinates: CoordinateSystem = MODEL, **more: Any) -> Any:
    return convert_intents.path_of(Path(tuple(Waypoint((x, 0.0, z)) for x, z in points), **more), coordinates)


def wishes(requests: list[drive_pb2.DriveRequest]) -> Wishes:
    """What a server makes of messages; those it cannot use change nothing."""
    now = Wishes("walk")
    for request in requests:
        now = read_scene_update(request.scene_update, now, MODEL, 0.0, Limits())
    return now


KEY = convert_intents.key_pose_of("k", KeyPose(STANDING, 3.0), MODEL)
CHANGES = [
    scene(put_obstacles=[sphere("a", 1, 1, 1), sphere("b", 2, 1, 1)]),
    scene(put_targets=[target("t", "head", 0, 1, 0)], put_key_poses=[KEY], floor=2),
    scene(look_at={"position": {"x": 3.0}}, path=path((0, 3), (2, 3))),
    scene(remove_obstacle_ids=["a"], put_obstacles=[sphere("b", 5, 1, 1)]),
    scene(clear_look_at=True, remove_key_pose_ids=["k"], floor=1),
    scene(clear=True, put_obstacles=[sphere("c", 7, 1, 1)]),
    scene(clear_path=True, path=path((9, 9))),
]


@pytest.mark.parametrize("count", range(len(CHANGES) + 1))
def test_telling_it_all_again_leads_to_the_same_scene(count: int) -> None:
    intent = Intent("walk", MODEL)
    for revision, change in enumerate(CHANGES[:count]):
        intent.note(revision, change)
    _, (update,) = intent.now()
    stale = scene(put_obstacles=[sphere("of another life", 1, 1, 1)], look_at={"position": {}})
    again = wishes([stale, drive_pb2.DriveRequest(scene_update=update)])
    first = wishes(CHANGES[:count])
    assert again.obstacles == first.obstacles
    assert again.targets == first.targets
    assert set(again.key_poses) == set(first.key_poses)
    assert (again.look_at, again.path, again.floor) == (first.look_at, first.path, first.floor)


def test_what_was_refused_is_not_told_again() -> None:
    intent = Intent("walk", MODEL)
    intent.note(1, scene(put_obstacles=[sphere("a", 1, 1, 1)]))
    intent.note(2, prompt("nonsense"))
    intent.note(3, scene(clear=True, put_obstacles=[sphere("bad", float("nan"), 1, 1)]))
    intent.note(4, prompt("run"))
    for revision in (2, 3, 77):
        intent.refuse(revision)
    text, (update,) = intent.now()
    assert text == "run"
    assert [o.id for o in update.put_obstacles] == ["a"]


def test_memory_is_bounded_by_the_scene() -> None:
    intent = Intent("walk", MODEL)
    for revision in range(5000):
        intent.note(revision, scene(put_obstacles=[sphere("a", revision, 1, 1)]))
    assert len(intent._recent) <= 256
    assert [o.position.x for o in intent.now()[1][0].put_obstacles] == [4999.0]


@pytest.mark.parametrize("coordinates", [MODEL, UNREAL], ids=["model", "unreal"])
def test_waypoints_that_were_passed_are_left_out(coordinates: CoordinateSystem) -> None:
    intent = Intent("walk", coordinates)
    points = ((0.0, 2.0), (2.0, 2.0), (4.0, 2.0))

    def left() -> list[tuple[float, float]]:
        _, (update,) = intent.now()
        found = [(w.position.x, w.position.y, w.position.z) for w in update.path.waypoints]
        model = coordinates.position_to_model(np.array(found))
        return [(round(float(x), 3), round(float(z), 3)) for x, _, z in model]

    intent.note(1, scene(path=path(*points, coordinates=coordinates)))
    for z in np.arange(0.0, 1.4, 0.1):
        intent.walked(np.array([0.0, 0.9, z]))
    assert left() == [*points]
    intent.walked(np.array([0.1, 0.9, 1.8]))
    assert left() == [*points[1:]]
    intent.walked(np.array([4.0, 0.9, 2.0]))
    assert left() == [*points[1:]], "the order counts"
    intent.walked(np.array([2.0, 0.9, 2.0]))
    intent.walked(np.array([4.0, 0.9, 2.0]))
    assert left() == [points[-1]], "it stands there"
    intent.note(2, scene(path=path(*points, coordinates=coordinates, loop=True)))
    assert left() == [*points]
    intent.walked(np.array([0.0, 0.9, 2.0]))
    assert left() == [points[1], points[2], points[0]]


def test_uploaded_geometry_comes_one_by_one() -> None:
    intent = Intent("walk", MODEL)
    walls = [{"id": f"wall{i}", "position": {"x": i}, "geometry": {"id": "0" * 64}} for i in range(2)]
    intent.note(1, scene(put_obstacles=[*walls, sphere("a", 1, 1, 1)]))
    _, updates = intent.now()
    assert [[o.id for o in update.put_obstacles] for update in updates] == [["a"], ["wall0"], ["wall1"]]
    assert [update.clear for update in updates] == [True, False, False]
    outgoing = Outgoing(lambda: None, intent)
    for _ in range(3):
        outgoing.post(lambda revision: prompt("run"))
    outgoing.disconnect()
    outgoing.connect(0, resumed=False)
    messages, _ = outgoing.take(0.0)
    assert [m.scene_update.revision for m in messages] == [3], "the rest, once the server has the geometry"
    outgoing.tell_geometry()
    messages, _ = outgoing.take(0.0)
    assert [m.scene_update.revision for m in messages] == [4, 5]
    outgoing.disconnect()
    outgoing.tell_geometry()
    assert outgoing.take(0.0) == ([], None)
    outgoing.connect(4, resumed=True)
    messages, _ = outgoing.take(0.0)
    assert [m.WhichOneof("message") for m in messages] == ["prompt", *["scene_update"] * 3]
    assert outgoing.revision == 8


# --- another stream --------------------------------------------------------------------------------------------------


def changed(revisions: int) -> Outgoing:
    outgoing = Outgoing(lambda: None, Intent("walk", MODEL))
    for i in range(revisions):
        outgoing.post(
            lambda revision, i=i: scene(revision=revision, put_obstacles=[sphere(f"o{i}", i, 1, 1)])  # type: ignore[misc]
        )
    return outgoing


def test_a_server_that_knows_everything_is_told_nothing() -> None:
    outgoing = changed(3)
    outgoing.take(0.0)
    outgoing.disconnect()
    outgoing.connect(3, resumed=True)
    assert outgoing.take(0.0) == ([], None)
    outgoing.connect(9, resumed=True)
    assert outgoing.post(lambda revision: scene(revision=revision)) == 10, "somebody else had counted on"


def test_a_server_that_lacks_something_is_told_everything_under_new_numbers() -> None:
    outgoing = changed(3)
    outgoing.take(0.0)
    outgoing.disconnect()
    assert outgoing.post(lambda revision: prompt("run")) == 4
    outgoing.connect(2, resumed=True)
    messages, _ = outgoing.take(0.0)
    assert [m.WhichOneof("message") for m in messages] == ["prompt", "scene_update"]
    assert (messages[0].prompt.text, messages[0].prompt.revision) == ("run", 4)
    assert (messages[1].scene_update.revision, messages[1].scene_update.clear) == (5, True)
    assert outgoing.revision == 5


def test_a_new_server_is_told_everything_under_the_newest_number() -> None:
    outgoing = changed(3)
    outgoing.set_playhead(4.5)
    outgoing.take(0.0)
    outgoing.disconnect()
    outgoing.connect(0, resumed=False)
    messages, _ = outgoing.take(0.0)
    assert [m.WhichOneof("message") for m in messages] == ["playhead", "scene_update"]
    assert messages[0].playhead.time_s == 4.5, "where the game is, too"
    assert messages[1].scene_update.revision == 3 == outgoing.revision
    assert len(messages[1].scene_update.put_obstacles) == 3


def test_while_there_is_no_server_nothing_queues() -> None:
    outgoing = changed(0)
    outgoing.disconnect()
    for i in range(5000):
        outgoing.post(lambda revision, i=i: scene(revision=revision, put_obstacles=[sphere("a", i, 1, 1)]))  # type: ignore[misc]
    assert outgoing.take(0.0) == ([], None)
    outgoing.connect(0, resumed=False)
    (message,), _ = outgoing.take(0.0)
    assert message.scene_update.put_obstacles[0].position.x == 4999.0


# --- when to try ----------------------------------------------------------------------------------------------------


def test_a_server_that_is_back_is_asked_within_a_second() -> None:
    settings = Reconnect()
    assert settings.most_delay_s * (1.0 + settings.jitter) < 0.95, (
        "three round trips of 0.2 s fit into 2 s, too"
    )
    assert max(islice(settings.delays_s(), 500)) < 0.95


def test_attempts_come_ever_later_and_never_in_step() -> None:
    settings = Reconnect(first_delay_s=0.1, factor=2.0, most_delay_s=1.0, jitter=0.3)
    runs = [list(islice(settings.delays_s(), 10)) for _ in range(50)]
    assert all(run[0] == 0.0 for run in runs), "the first one at once"
    for k, usual in enumerate((0.1, 0.2, 0.4, 0.8, 1.0, 1.0), start=1):
        delays = [run[k] for run in runs]
        assert 0.7 * usual <= min(delays) < max(delays) <= 1.3 * usual
        assert len(set(delays)) > 40


@pytest.mark.parametrize(
    ("code", "reason", "lost", "again"),
    [
        ("UNAVAILABLE", "", True, True),
        ("UNAVAILABLE", "SHUTTING_DOWN", True, True),
        ("INTERNAL", "", True, True),  # a reset by a proxy
        ("CANCELLED", "", True, True),
        ("INTERNAL", "INTERNAL", False, False),  # the server's own word
        ("ABORTED", "TAKEN_OVER", False, False),
        ("DEADLINE_EXCEEDED", "IDLE", False, False),
        ("RESOURCE_EXHAUSTED", "TOO_MANY_SESSIONS", False, True),
        ("INVALID_ARGUMENT", "INVALID_REQUEST", False, False),
        ("UNAUTHENTICATED", "", False, False),
        ("FAILED_PRECONDITION", "PROTOCOL_VERSION", False, False),
    ],
)
def test_what_is_worth_another_attempt(code: str, reason: str, lost: bool, again: bool) -> None:
    error = LampError(code, "no", reason=reason)
    assert (is_lost(error), may_try_again(error)) == (lost, again)


@pytest.mark.parametrize(
    "bad", [{"give_up_s": -1.0}, {"factor": 0.5}, {"jitter": 2.0}, {"lead_s": float("nan")}]
)
def test_settings_without_sense_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        Reconnect(**bad)
