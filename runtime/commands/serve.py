"""``lamp serve``: the gRPC server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from lamp.errors import InputError
from runtime.settings.definition import FILE_VARIABLE, ITEMS, PREFIX, TOKEN_VARIABLE, Settings, load

if TYPE_CHECKING:
    from runtime.backend import Backend
    from runtime.security import Tokens
    from runtime.server import ServerConfig
    from runtime.viewer.process import ViewerProcess

log = logging.getLogger(__name__)
EXAMPLES = f"""\
examples:
  lamp serve                                        this machine only, port 50061
  lamp serve --config server.yaml --port 50062      settings from a file, one of them overruled
  lamp serve --config server.yaml --check           is everything in order? Starts nothing
  lamp serve --host 0.0.0.0 --tls-cert server.pem --tls-key server.key --token-file tokens.txt
  lamp serve --record recordings                    keep every session, for lamp replay
  lamp serve --view                                 with a page for the browser
  lamp serve --bundle open --engine onnx --max-sessions 4

Every setting can be given in a YAML file (--config, or {FILE_VARIABLE}), in the environment and as a flag, later ones
winning: `idle_timeout_s: 60`, {PREFIX}IDLE_TIMEOUT_S=60, --idle-timeout-s 60. --print-config shows what holds and where
it came from, as a file to start from.

Tokens come from --token-file, {PREFIX}TOKENS or {TOKEN_VARIABLE}; clients send one as `authorization: Bearer TOKEN`.
SIGHUP reads the token file again; certificates are read again when their files change. Ctrl-C or SIGTERM: clients are
told, get --grace-s seconds, and the exit status is 0; a second one ends the wait.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp serve``: one for every setting that is no secret."""
    parser.add_argument("--config", type=Path, metavar="FILE.yaml", help="read settings from here")
    parser.add_argument(
        "--check", action="store_true", help="check settings, tokens and certificates, then end"
    )
    parser.add_argument(
        "--print-config", action="store_true", help="show every setting and its origin, then end"
    )
    for item in ITEMS:
        if item.secret:
            continue
        default = "" if item.default in (None, False) else f" (default: {item.default})"
        shape: dict[str, Any] = {"metavar": "|".join(item.choices) or item.kind.__name__.upper()}
        if item.kind is bool:
            shape = {"nargs": "?", "const": "true", "metavar": "BOOL"}
        parser.add_argument(item.flag, help=(item.doc + default).replace("%", "%%"), **shape)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says stop."""
    flags = {item.name: getattr(args, item.name) for item in ITEMS if not item.secret}
    settings, effective = load(flags, args.config)
    if args.print_config:
        from runtime.settings.show import as_yaml

        sys.stdout.write(as_yaml(ITEMS, effective))
        return 0
    from runtime import log as logs

    logs.configure(settings.log_level, settings.log_format)
    if args.check:
        return _check(settings)
    _end_early_on_sigterm()
    config, tokens = _config(settings)
    viewer = _viewer(settings)
    with _backend(settings) as backend:
        asyncio.run(_serve(backend, config, settings, tokens, viewer))
    return 0


def _viewer(settings: Settings) -> ViewerProcess | None:
    """Not started yet. ``InputError`` when it could not be."""
    if not settings.view:
        return None
    from runtime.commands.view import require_viser
    from runtime.viewer.process import ViewerProcess

    require_viser()
    return ViewerProcess(settings)


def _end_early_on_sigterm() -> None:
    """Until the server listens: a process with number 1, as in a container, otherwise ignores the signal."""

    def end(*_: object) -> NoReturn:
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)


def _config(settings: Settings) -> tuple[ServerConfig, Tokens | None]:
    from runtime.certificates import Tls
    from runtime.recording import RecordingConfig
    from runtime.security import Tokens
    from runtime.server import ServerConfig

    found = settings.all_tokens()
    tokens = Tokens(found) if found else None
    tls = None
    if settings.tls_cert is not None and settings.tls_key is not None:
        tls = Tls(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
        tls.check()
    recording = None
    if settings.record is not None:
        recording = RecordingConfig(settings.record, settings.record_file_mib, settings.record_folder_mib)
    config = ServerConfig(
        settings.address, settings.limits, tls, tokens, settings.reflects, settings.grace_s,
        settings.ping_interval_s, scheduling=settings.scheduling, metrics_address=settings.metrics_address,
        geometry=settings.geometry, recording=recording,
    )  # fmt: skip
    return config, tokens


def _check(settings: Settings) -> int:
    """Everything that can be wrong without starting anything; raises what the start would."""
    from lamp import bundle

    config, tokens = _config(settings)
    _viewer(settings)
    place = "no model" if settings.stub else f"bundle {bundle.find(settings.bundle).name}"
    sys.stdout.write(
        f"in order: {config.address}, {'TLS' if config.tls else 'no TLS'}, "
        f"{len(tokens) if tokens else 'no'} token(s), {place}\n"
    )
    return 0


@contextlib.contextmanager
def _backend(settings: Settings) -> Iterator[Backend[Any]]:
    if settings.stub:
        from runtime.stub_backend import StubBackend

        yield StubBackend(step_s=0.005)
        return
    from lamp.prior import MotionPrior
    from runtime.prior_backend import PriorBackend

    with _phase("loading the bundle"):
        prior = MotionPrior.load(settings.bundle, engine=settings.engine, threads=settings.threads)
        backend = PriorBackend(prior)
    try:
        with _phase("planning for characters nobody sees"):
            backend.warm_up()
        yield backend
    finally:
        prior.engine.close()


@contextlib.contextmanager
def _phase(name: str) -> Iterator[None]:
    """Times a part of the start, for those who wait for it."""
    began_s = time.monotonic()
    yield
    log.debug("%s took %.2f s", name, time.monotonic() - began_s)


async def _serve(
    backend: Backend[Any], config: ServerConfig, settings: Settings, tokens: Tokens | None,
    viewer: ViewerProcess | None,
) -> None:  # fmt: skip
    """Serve; say where as soon as clients can connect."""
    from runtime import lifecycle
    from runtime.server import LampServer

    server, info = LampServer(backend, config), backend.info

    def announce() -> None:
        sys.stdout.write(
            f"serving on {settings.address_with(server.port)}{' (TLS)' if config.tls else ''}\n"
            f"bundle   {info.name}\nlicence  {info.licence}\nengine   {info.engine} on {info.device}\n"
        )
        sys.stdout.flush()
        if viewer is not None:
            viewer.start(server.port)

    def reload() -> None:
        now = settings.all_tokens()
        if (tokens is None) != (not now):
            raise InputError(
                "token", "a server without tokens cannot get some while it runs, nor lose all; restart it"
            )
        if tokens is not None:
            tokens.replace(now)
            log.info("%d token(s) are accepted now", len(tokens))

    try:
        await lifecycle.run(server, announce, reload)
    finally:
        if viewer is not None:
            viewer.stop()
