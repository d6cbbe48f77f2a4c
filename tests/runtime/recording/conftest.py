"""A recorded session of a real server with a stub in place of the model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runtime.client import AsyncLampClient
from runtime.coordinates import PRESETS
from runtime.recording import RecordingConfig
from runtime.recording.script import Script
from runtime.server import LampServer, ServerConfig
from runtime.stub_backend import StubBackend

SCENE = """\
prompt: walk
seconds: 2
events:
  - {at_s: 0.4, put_obstacle: {id: rock, shape: sphere, position_m: [0.1, 0.9, 2.0]}}
  - {at_s: 0.8, put_target: {id: hand, joint: left_wrist, position_m: [0.3, 1.3, 1.5], arrive_s: 1.5}}
  - {at_s: 1.2, remove_obstacle: rock}
  - {at_s: 1.4, set_prompt: run}
"""


@pytest.fixture
def record_stub(tmp_path: Path) -> Callable[..., Path]:
    """Play a scene; the file. ``while_playing(session, now_s)`` is called thirty times a second."""

    def record(
        seconds: float = 2.0, axes: str = "MODEL", while_playing: Callable[[Any, float], None] | None = None
    ) -> Path:
        folder = tmp_path / "recorded"

        async def main() -> None:
            config = ServerConfig("127.0.0.1:0", grace_s=0.2, recording=RecordingConfig(folder))
            server = LampServer(StubBackend(), config)
            await server.start()
            script = Script.parse(SCENE.replace("seconds: 2", f"seconds: {seconds}"), "scene")
            async with (
                AsyncLampClient(f"127.0.0.1:{server.port}", coordinates=PRESETS[axes]) as client,
                client.drive(prompt=script.prompt) as session,
            ):
                await script.play(
                    session,
                    lambda now_s: while_playing(session, now_s) if while_playing is not None else None,
                )
            await server.stop()

        asyncio.run(main())
        (path,) = folder.glob("*.lamprec")
        return path

    return record
