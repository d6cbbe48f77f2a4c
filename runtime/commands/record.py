"""``lamp record``: play a scripted scene on a server of its own and keep the recording."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamp.errors import InputError

if TYPE_CHECKING:
    from runtime.backend import Backend
    from runtime.recording.script import Script

EXAMPLES = """\
examples:
  lamp record walk.lamprec                              the built-in scene: pillar, rolling ball, prompts, hand target
  lamp record wave.lamprec --prompt "a person waves" --seconds 8
  lamp record mine.lamprec --script scene.yaml          your own scene; docs/recordings.md shows the format
  lamp replay walk.lamprec                              plan it again and compare bit for bit

Sessions of a game are recorded by its server: `lamp serve --record FOLDER`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp record``."""
    parser.add_argument("out", type=Path, metavar="FILE.lamprec", help="where to write the recording")
    parser.add_argument("--script", type=Path, metavar="FILE.yaml", help="the scene (default: built in)")
    parser.add_argument("--prompt", help="only this prompt, no script")
    parser.add_argument("--seconds", type=float, help="length (default: the script's, or 10)")
    parser.add_argument("--seed", type=int, help="another seed, another motion (default: the script's)")
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto", help="default: auto")
    parser.add_argument("--stub", action="store_true", help="no model: a puppet, for testing")


def run(args: argparse.Namespace) -> int:
    """Record, and say what was written."""
    from runtime.recording.format import SUFFIX

    if args.out.suffix != SUFFIX:
        raise InputError("out", f"{args.out} does not end in {SUFFIX}")
    script = _script(args)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    backend = make_backend(args.bundle, args.engine, None, args.stub)
    asyncio.run(_record(script, backend, args.out))
    size = args.out.stat().st_size
    sys.stdout.write(
        f"{args.out}: {script.seconds:g} s, {size / 1024:.0f} KiB; check it with `lamp replay`\n"
    )
    return 0


def _script(args: argparse.Namespace) -> Script:
    from runtime.recording.script import DEFAULT, Script

    if args.script is not None and args.prompt is not None:
        raise InputError("--prompt", "is in the script already; leave one of --script and --prompt out")
    if args.script is not None:
        script = Script.read(args.script)
    elif args.prompt is not None:
        script = Script(args.prompt, 0, 10.0, ())
    else:
        script = Script.parse(DEFAULT, "the built-in script")
    if args.seconds is not None:
        if not 1.0 <= args.seconds <= 3600.0:
            raise InputError("--seconds", f"{args.seconds:g} is outside 1..3600")
        script = replace(script, seconds=args.seconds)
    return script if args.seed is None else replace(script, seed=args.seed)


def make_backend(bundle: str | None, engine: str, threads: int | None, stub: bool) -> Backend[Any]:
    """The prior or the puppet, ready to plan."""
    if stub:
        from runtime.stub_backend import StubBackend

        return StubBackend()
    from lamp.prior import MotionPrior
    from runtime.prior_backend import PriorBackend

    backend = PriorBackend(MotionPrior.load(bundle, engine=engine, threads=threads))
    backend.warm_up()
    return backend


async def _record(script: Script, backend: Backend[Any], out: Path) -> None:
    """Play the script through a real server and client on this machine."""
    from runtime.client import AsyncLampClient
    from runtime.progress import ProgressLine
    from runtime.recording import RecordingConfig
    from runtime.recording.format import SUFFIX
    from runtime.server import LampServer, ServerConfig

    with tempfile.TemporaryDirectory(prefix=".record-", dir=out.parent) as folder:
        config = ServerConfig("127.0.0.1:0", grace_s=1.0, recording=RecordingConfig(Path(folder)))
        server, line = LampServer(backend, config), ProgressLine(script.seconds)
        await server.start()
        try:
            async with (
                AsyncLampClient(f"127.0.0.1:{server.port}") as client,
                client.drive(prompt=script.prompt, seed=script.seed) as session,
            ):
                await script.play(
                    session,
                    lambda now_s: line.show(now_s, f"{len(session.plan_log)} plans"),
                )
        finally:
            line.done()
            await server.stop()
        (made,) = Path(folder).glob(f"*{SUFFIX}")
        made.replace(out)
