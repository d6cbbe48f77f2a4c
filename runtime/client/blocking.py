"""The same client without asyncio: an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from lamp.intent import Floor, KeyPose, LookAt, Path
from lamp.motion import Motion
from lamp.problem import Target
from lamp.scene.geometry import Geometry
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from runtime.client.asynchronous import AsyncLampClient
from runtime.client.buffer import FrameBuffer
from runtime.client.calls import ClipResult, ServerInfo
from runtime.client.errors import LampError
from runtime.client.geometry import GeometryHandle, GeometryObstacle
from runtime.client.pose import Pose
from runtime.client.received_plan import ReceivedPlan
from runtime.client.session import AsyncDriveSession
from runtime.pb.v1 import drive_pb2

T = TypeVar("T")


class LampClient:
    """``AsyncLampClient`` for programs without an event loop; a context manager. Takes the same arguments."""

    def __init__(self, target: str | Sequence[str], **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lamp-client", daemon=True)
        self._thread.start()
        self._client = AsyncLampClient(target, **options)

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if self._loop.is_closed():
            coroutine.close()
            raise LampError("CANCELLED", "the client is closed; make a new one")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection and the thread."""
        if self._loop.is_closed():
            return
        self._run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def server_info(self, **options: Any) -> ServerInfo:
        """See ``AsyncLampClient.server_info``."""
        return self._run(self._client.server_info(**options))

    def generate(self, prompts: Sequence[str], **options: Any) -> list[Motion]:
        """See ``AsyncLampClient.generate``; ``on_progress`` is called on the client's thread."""
        return self._run(self._client.generate(prompts, **options))

    def optimize(self, tasks: Sequence[Task], **options: Any) -> list[ClipResult]:
        """See ``AsyncLampClient.optimize``; ``on_progress`` is called on the client's thread."""
        return self._run(self._client.optimize(tasks, **options))

    def upload_geometry(self, geometry: Geometry, **options: Any) -> GeometryHandle:
        """See ``AsyncLampClient.upload_geometry``; ``on_progress`` is called on the client's thread."""
        return self._run(self._client.upload_geometry(geometry, **options))

    def drive(self, **options: Any) -> DriveSession:
        """See ``AsyncLampClient.drive``: ``with client.drive(prompt="a person walks") as session``."""
        return DriveSession(self._run, self._client.drive(**options))


class DriveSession:
    """``AsyncDriveSession`` without asyncio; see there for what each method does."""

    def __init__(self, run: Callable[[Coroutine[Any, Any, Any]], Any], session: AsyncDriveSession) -> None:
        self._run, self._session = run, session

    def __enter__(self) -> Self:
        self._run(self._session.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self, timeout_s: float = 2.0) -> None:
        """Say bye and wait for the end of the stream."""
        self._run(self._session.close(timeout_s))

    def set_prompt(self, text: str) -> int:
        """What the character should do from now on."""
        return int(self._run(self._session.set_prompt(text)))

    def put_obstacle(self, id: str, obstacle: Obstacle | GeometryObstacle) -> int:
        """Add or replace an obstacle."""
        return int(self._run(self._session.put_obstacle(id, obstacle)))

    def remove_obstacle(self, id: str) -> int:
        """Take an obstacle away."""
        return int(self._run(self._session.remove_obstacle(id)))

    def put_target(self, id: str, target: Target) -> int:
        """Add or replace a target."""
        return int(self._run(self._session.put_target(id, target)))

    def remove_target(self, id: str) -> int:
        """Take a target away."""
        return int(self._run(self._session.remove_target(id)))

    def look_at(self, look: LookAt) -> int:
        """Look at a point from now on."""
        return int(self._run(self._session.look_at(look)))

    def clear_look_at(self) -> int:
        """Look ahead again."""
        return int(self._run(self._session.clear_look_at()))

    def set_path(self, path: Path) -> int:
        """Walk along a path from now on."""
        return int(self._run(self._session.set_path(path)))

    def clear_path(self) -> int:
        """Follow no path any more."""
        return int(self._run(self._session.clear_path()))

    def put_key_pose(self, id: str, pose: KeyPose) -> int:
        """Add or replace a pose to be in at its session time."""
        return int(self._run(self._session.put_key_pose(id, pose)))

    def remove_key_pose(self, id: str) -> int:
        """Take a key pose away."""
        return int(self._run(self._session.remove_key_pose(id)))

    def set_floor(self, floor: Floor) -> int:
        """What carries the feet where no walkable obstacle does."""
        return int(self._run(self._session.set_floor(floor)))

    def clear_scene(self) -> int:
        """Take everything away but prompt and floor."""
        return int(self._run(self._session.clear_scene()))

    def set_playhead(self, time_s: float) -> None:
        """How far the game has played, session seconds."""
        self._run(self._session.set_playhead(time_s))

    def frame(self, index: int) -> Pose | None:
        """A received frame by number, or None."""
        return self._session.frame(index)

    def sample(self, time_s: float) -> Pose | None:
        """The pose at a session time."""
        return self._session.sample(time_s)

    def wait_for_frame(self, index: int, *, timeout_s: float = 30.0) -> Pose:
        """A frame by number, as soon as it is there."""
        pose: Pose = self._run(self._session.wait_for_frame(index, timeout_s=timeout_s))
        return pose

    @property
    def revision(self) -> int:
        """The newest revision sent; 0 before the first change."""
        return self._session.revision

    def plans(self) -> Iterator[ReceivedPlan]:
        """Every plan from the first on, then each as it arrives; ends with the session."""
        plans = self._session.plans()

        async def following() -> ReceivedPlan | None:
            return await anext(plans, None)

        while (plan := self._run(following())) is not None:
            yield plan

    def wait_plan(
        self, wanted: Callable[[ReceivedPlan], bool] = lambda plan: True, *, timeout_s: float = 30.0
    ) -> ReceivedPlan:
        """The first plan, among those received and those to come, for which ``wanted`` holds."""
        plan: ReceivedPlan = self._run(self._session.wait_plan(wanted, timeout_s=timeout_s))
        return plan

    @property
    def welcome(self) -> drive_pb2.Welcome:
        """What the server granted."""
        return self._session.welcome

    @property
    def buffer(self) -> FrameBuffer:
        """The frames received."""
        return self._session.buffer

    @property
    def last_frame_index(self) -> int:
        """Index of the last frame received; -1 before the first."""
        return self._session.last_frame_index

    @property
    def stalls(self) -> int:
        """How often ``sample`` ran out of frames."""
        return self._session.stalls

    @property
    def plan_log(self) -> list[ReceivedPlan]:
        """Plans received so far."""
        return self._session.plan_log

    @property
    def notices(self) -> list[drive_pb2.Notice]:
        """What the server complained about, the oldest first (the last 100)."""
        return list(self._session.notices)

    @property
    def going_away(self) -> drive_pb2.GoingAway | None:
        """Set when the server is about to stop."""
        return self._session.going_away

    @property
    def reconnects(self) -> int:
        """How often the connection was lost and found again."""
        return self._session.reconnects

    @property
    def resumed(self) -> bool:
        """Whether the present stream took up the session where the one before lost it."""
        return self._session.resumed

    @property
    def connected(self) -> bool:
        """Whether there is a stream now."""
        return self._session.connected

    @property
    def error(self) -> LampError | None:
        """Why the session ended, when nobody here wished it."""
        return self._session.error
