"""``generate`` and ``edit`` done by a running server, through the Python client."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from lamp.motion import Motion
from lamp.problem import Target
from lamp.scene.obstacle import Obstacle
from lamp.tasks import Task
from runtime.client import ClipResult, LampClient


def connect(args: argparse.Namespace) -> LampClient:
    """A client of ``--server`` with the token and the authority of the options."""
    return LampClient(args.server, token=args.token, tls_ca=args.tls_ca)


def generate(args: argparse.Namespace) -> Motion:
    """The clip of ``lamp generate``."""
    with connect(args) as client:
        motions = client.generate(
            [args.prompt], duration_s=args.seconds, seed=args.seed, guidance=args.guidance
        )
    return motions[0]


def edit(
    args: argparse.Namespace, motion: Motion, targets: Sequence[Target], obstacles: Sequence[Obstacle]
) -> ClipResult:
    """The clip of ``lamp edit``."""
    task = Task(prompt=args.prompt, reference=motion, targets=tuple(targets), obstacles=tuple(obstacles))
    with connect(args) as client:
        return client.optimize([task], steps=args.steps, starts=args.starts, seed=args.seed)[0]
