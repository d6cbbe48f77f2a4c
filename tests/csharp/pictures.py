"""The picture of unity_client/README.md: the sample scene, played by the package's own components against a server with
a model, as the transforms of the character say.

python -m tests.csharp.pictures [--bundle research] [--seconds 11] [--speed 1] [--times 2.4 4.2 5.7 7.4] [--out FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lamp.live import LiveSettings
from lamp.prior import MotionPrior
from lamp.render.camera import Camera
from lamp.render.frame import render_frame
from lamp.render.text import label
from lamp.scene import Obstacle
from lamp.skeleton import JOINT_NAMES
from runtime.prior_backend import PriorBackend
from runtime.server import LampServer, ServerConfig
from scripts import csharp_toolchain as toolchain
from tests.csharp import programs

Array = NDArray[Any]
MODEL_FROM_UNITY = (-1.0, 1.0, 1.0)  # left-handed to right-handed
SIZE = (320, 300)
PILLAR = Obstacle("capsule", (0.0, 1.0, 4.0), (0.35, 0.65, 0.0))
GOAL = (0.0, 0.1, 9.0)
BALL_RADIUS_M = 0.4


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, play, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", default="research")
    parser.add_argument("--seconds", type=float, default=11.0, help="how long to play")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="of the game and of the server; lower on a busy machine"
    )
    parser.add_argument("--times", type=float, nargs="+", default=[2.4, 4.2, 5.7, 7.4], help="moments shown")
    parser.add_argument(
        "--out", type=Path, default=programs.PACKAGE / "Documentation~" / "images" / "sample.jpg"
    )
    parser.add_argument("--seen", type=Path, help="what was seen: read where it is there, else written")
    args = parser.parse_args(arguments)
    if args.seen and args.seen.is_file():
        frames = json.loads(args.seen.read_text(encoding="utf8"))
    else:
        frames = asyncio.run(played(args.bundle, args.seconds, args.speed))
        if args.seen:
            args.seen.write_text(json.dumps(frames), encoding="utf8")
    Image.fromarray(strip(frames, args.times)).save(args.out, quality=85)
    return 0


async def played(bundle: str, seconds: float, speed: float) -> list[dict[str, Any]]:
    """What ``play/Sample.cs`` saw of the scene on a server with a bundle. Slower than real time the server has as much
    more time to plan: a busy machine shows what a free one does."""
    program, usual = programs.built("play"), LiveSettings()
    settings = LiveSettings(
        first_budget_s=usual.first_budget_s / speed, improve_budget_s=usual.improve_budget_s / speed,
        extend_budget_s=usual.extend_budget_s / speed,
    )  # fmt: skip
    backend = PriorBackend(MotionPrior.load(bundle), settings)
    backend.warm_up()
    server = LampServer(backend, ServerConfig("127.0.0.1:0"))
    await server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            seen = Path(folder, "seen.json")
            command = toolchain.command(
                program, "sample", f"127.0.0.1:{server.port}", str(seconds), str(seen), str(speed)
            )
            playing = await asyncio.create_subprocess_exec(*command, env=toolchain.environment())
            if await playing.wait() != 0:
                raise RuntimeError("the sample could not be played; its messages are above")
            frames: list[dict[str, Any]] = json.loads(seen.read_text(encoding="utf8"))
    finally:
        await server.stop()
    return frames


def strip(frames: Sequence[dict[str, Any]], times_s: Sequence[float]) -> Array:
    """One panel per moment, side by side ``(H, W, 3)``."""
    shown = [min(frames, key=lambda frame: abs(frame["time_s"] - time_s)) for time_s in times_s]
    hips = np.array([joints(frame)[0] for frame in frames])
    camera = Camera((6.3, 3.9, 0.4), (0.2, 0.8, 4.3), 0.72)
    panels = []
    for frame in shown:
        ball = Obstacle("sphere", tuple(place(frame["ball"])), (BALL_RADIUS_M, 0.0, 0.0))
        trail = hips[[other["time_s"] <= frame["time_s"] for other in frames]][::6]
        picture = render_frame(
            joints(frame), [PILLAR, ball], [GOAL], camera, SIZE, trail_m=trail * [1.0, 0.0, 1.0]
        )
        panels.append(label(picture, caption=f"{frame['time_s']:.1f} s"))
    return np.concatenate(panels, axis=1)


def joints(frame: dict[str, Any]) -> Array:
    """Bones of the character as joints of the standard skeleton ``(22, 3)``, metres, right-handed."""
    return np.array([place(frame["joints"][name]) for name in JOINT_NAMES])


def place(unity: Sequence[float]) -> tuple[float, float, float]:
    """A point of Unity in the renderer's axes."""
    x, y, z = (float(a * b) for a, b in zip(unity, MODEL_FROM_UNITY, strict=True))
    return x, y, z


if __name__ == "__main__":
    sys.exit(main())
