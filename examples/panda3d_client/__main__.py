"""``python -m examples.panda3d_client``: a person walks round a pillar in Panda3D, planned by a LaMP server."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from panda3d.core import CollisionBox, CollisionCapsule, CollisionSphere, LPoint3f, NodePath

from examples.panda3d_client import axes
from examples.panda3d_client.character import Character, write_figure
from examples.panda3d_client.colliders import Colliders
from examples.panda3d_client.stage import Stage, strip
from lamp.scene.penetration import penetration_m
from runtime.client import DriveSession, LampClient, Pose
from runtime.server_process import ServerProcess

FPS = 30.0
_PLAYHEAD_S = 0.1  # how often the server hears where the game is
_CART_SPEED_MPS, _CART_WAY_M = 0.4, 1.5
_SETTLE_S = 8.0  # at most, before the scene begins: what a game does behind its loading screen


def main(arguments: list[str] | None = None) -> int:
    """Play the scene; pictures and ``report.json`` go to ``--out``."""
    parser = argparse.ArgumentParser(prog="python -m examples.panda3d_client", description=__doc__)
    parser.add_argument("--server", metavar="HOST:PORT", help="a running server (default: start one)")
    parser.add_argument("--bundle", help="bundle of the server that is started")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of the scene (default: 8)")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="of the game's clock (default: 1; less on a busy machine)"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--prompt", default="a person walks forward")
    parser.add_argument("--picture-every", type=float, default=1.0, metavar="S", help="default: 1 s")
    parser.add_argument("--size", default="480x480", metavar="WxH", help="of the pictures (default: 480x480)")
    parser.add_argument("--out", type=Path, default=Path("out/panda3d"))
    args = parser.parse_args(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        address = args.server
        if address is None:
            options = ["--bundle", args.bundle] if args.bundle else []
            address = stack.enter_context(ServerProcess(options)).address
        game = Game(args)  # before the session: its time runs from the first plan on
        client = stack.enter_context(LampClient(address))
        session = stack.enter_context(client.drive(prompt=args.prompt, fps=FPS, seed=args.seed))
        report = game.play(session)
    (args.out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf8")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")
    return 0


class Game:
    """A pillar in the way, a cart that comes up behind it, a ball at the side, and the character."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        width, height = (int(n) for n in args.size.split("x"))
        self.stage = Stage((width, height))
        self.stage.look((-2.0, -8.2, 5.4), (0.1, -2.5, 0.55), 39)
        with tempfile.TemporaryDirectory() as folder:
            write_figure(Path(folder) / "figure.glb")
            self.character = Character(self.stage.world, Path(folder) / "figure.glb")
        pillar = CollisionCapsule(LPoint3f(0, 0, -0.4), LPoint3f(0, 0, 2.2), 0.32)
        self.stage.add_solid("pillar", pillar, (0.62, 0.55, 0.48)).setPos(0.3, -2.6, 0.0)
        cart = CollisionBox(LPoint3f(0, 0, 0.4), 0.35, 0.25, 0.4)
        self.cart = self.stage.add_solid("cart", cart, (0.35, 0.55, 0.40))
        self.stage.add_solid("ball", CollisionSphere(0, 0, 0.3, 0.3), (0.85, 0.70, 0.25)).setPos(
            -1.5, -4.0, 0
        )
        self.colliders = Colliders(self.stage.world)
        self._deepest_m: dict[str, float] = {}
        self._trail: list[tuple[float, float]] = []
        self._line: NodePath | None = None
        self._move_cart(0.0)

    def play(self, session: DriveSession) -> dict[str, object]:
        """The game loop, at the speed of the display: time is the game's own clock."""
        session.set_playhead(0.0)
        self.colliders.sync(session, 0.0)
        known = session.revision
        self._wait_until_ready(session, known)
        pictures: list[Path] = []
        worst_bone_m = 0.0
        frames, told_s, start_s = 0, -1.0, time.monotonic()
        now_s = 0.0
        while now_s < self.args.seconds:
            self._move_cart(now_s)
            self.colliders.sync(session, now_s)
            if now_s - told_s >= _PLAYHEAD_S:
                session.set_playhead(now_s)
                told_s = now_s
            pose = session.sample(now_s)
            assert pose is not None  # there has been a plan
            self.character.show(pose)
            self._follow(pose)
            self.stage.draw()
            frames += 1
            if now_s >= len(pictures) * self.args.picture_every:
                file = self.args.out / f"picture_{len(pictures):02d}.png"
                self.stage.picture(file)
                pictures.append(file)
                worst_bone_m = max(worst_bone_m, self.character.error_m(pose, self.stage.world))
            self._measure(pose, now_s)
            time.sleep(max(0.0, frames / FPS / self.args.speed - (time.monotonic() - start_s)))
            now_s = self.args.speed * (time.monotonic() - start_s)
        strip(pictures, self.args.out / "strip.jpg")
        return {
            "frames": frames, "pictures": [file.name for file in pictures], "stalls": session.stalls,
            "plans": len(session.plan_log), "obstacle_messages": self.colliders.messages,
            "worst_bone_m": worst_bone_m, "deepest_m": self._deepest_m,
            "walked_m": [list(place) for place in (self._trail[0], self._trail[-1])],
        }  # fmt: skip

    def _wait_until_ready(self, session: DriveSession, revision: int) -> None:
        """A plan that knows the scene; a good one, if it does not take too long. The game's time stands still."""
        end_s = time.monotonic() + _SETTLE_S
        while time.monotonic() < end_s:
            session.set_playhead(0.0)
            plans = [p for p in session.plan_log if p.scene_revision >= revision]
            if plans and (plans[-1].feasible or plans[-1].settled):
                return
            time.sleep(_PLAYHEAD_S)
        session.wait_plan(lambda plan: plan.scene_revision >= revision)

    def _move_cart(self, now_s: float) -> None:
        way = min(now_s * _CART_SPEED_MPS, _CART_WAY_M)
        self.cart.setPos(2.4 - way, -5.0, 0.0)

    def _follow(self, pose: Pose) -> None:
        """The line the character left on the floor."""
        place = axes.point(pose.positions_m[0])
        self._trail.append((float(place[0]), float(place[1])))
        if len(self._trail) % 5 == 0:
            if self._line is not None:
                self._line.removeNode()
            self._line = self.stage.trail(self._trail)

    def _measure(self, pose: Pose, now_s: float) -> None:
        """How deep the body is in each collider."""
        solids = self.colliders.now()
        depths = penetration_m(pose.positions_m[None], list(solids.values()), np.array([now_s]))[0]
        for id, depth in zip(solids, depths, strict=True):
            self._deepest_m[id] = max(self._deepest_m.get(id, 0.0), round(float(depth), 4))


if __name__ == "__main__":
    sys.exit(main())
