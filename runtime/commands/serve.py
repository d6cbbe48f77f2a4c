"""``lamp serve``: the gRPC server."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamp.errors import InputError

if TYPE_CHECKING:
    from runtime.backend import Backend
    from runtime.server import ServerConfig

EXAMPLES = """\
examples:
  lamp serve                                        this machine only, port 50061
  lamp serve --host 0.0.0.0 --tls-cert server.pem --tls-key server.key --token-file token.txt
  lamp serve --bundle open --engine onnx --max-sessions 4

The token can also be given in the environment variable LAMP_TOKEN; clients send it as `authorization: Bearer TOKEN`.
Stop with Ctrl-C or SIGTERM: clients are told, get --grace seconds, and the exit status is 0.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp serve``."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=50061, help="port; 0 picks a free one (default: 50061)")
    parser.add_argument("--bundle", help="name or folder of the bundle (default: the default bundle)")
    parser.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto",
                        help="auto: torch on a GPU, else onnxruntime (default)")  # fmt: skip
    parser.add_argument("--stub", action="store_true",
                        help="no model: a puppet that walks and steps aside, for testing clients")  # fmt: skip
    parser.add_argument("--threads", type=int, help="CPU threads of the engine (default: all cores)")
    parser.add_argument(
        "--max-sessions", type=int, default=16, help="live characters at a time (default: 16)"
    )
    parser.add_argument(
        "--max-message-mib", type=float, default=4.0, help="largest message read (default: 4)"
    )
    parser.add_argument("--idle-timeout", type=float, default=30.0, metavar="S",
                        help="end sessions that are silent for so long (default: 30)")  # fmt: skip
    parser.add_argument("--grace", type=float, default=3.0, metavar="S",
                        help="time for clients between the stop signal and the end (default: 3)")  # fmt: skip
    parser.add_argument("--tls-cert", type=Path, metavar="FILE.pem", help="certificate chain: serve over TLS")
    parser.add_argument("--tls-key", type=Path, metavar="FILE.key", help="its private key")
    parser.add_argument(
        "--tls-client-ca", type=Path, metavar="FILE.pem", help="demand client certificates of this CA"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="file with the access token clients must send"
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument(
        "--log-format", choices=("text", "json"), default="text", help="json: one object a line"
    )


def read_token(path: Path | None) -> str | None:
    """The access token from a file or the environment; None when neither is there."""
    if path is None:
        return os.environ.get("LAMP_TOKEN") or None
    token = path.read_text(encoding="utf8").strip()
    if not token:
        raise InputError("--token-file", f"{path} is empty")
    return token


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says stop."""
    from runtime import log
    from runtime.limits import Limits

    log.configure(args.log_level, args.log_format)
    token = read_token(args.token_file)
    try:
        limits = Limits(
            max_sessions=args.max_sessions,
            max_message_bytes=int(args.max_message_mib * 1024 * 1024),
            idle_timeout_s=args.idle_timeout,
        )
    except ValueError as error:
        raise InputError("lamp serve", str(error)) from error
    from runtime.security import Tls
    from runtime.server import ServerConfig

    tls = None
    if args.tls_cert or args.tls_key or args.tls_client_ca:
        if not (args.tls_cert and args.tls_key):
            raise InputError("lamp serve", "TLS needs both --tls-cert and --tls-key")
        tls = Tls(args.tls_cert, args.tls_key, args.tls_client_ca)
    config = ServerConfig(_address(args.host, args.port), limits, tls, token, args.grace)
    backend: Backend[Any]
    if args.stub:
        from runtime.stub_backend import StubBackend

        backend = StubBackend(step_s=0.005)
    else:
        from lamp.prior import MotionPrior
        from runtime.prior_backend import PriorBackend

        backend = prior = PriorBackend(
            MotionPrior.load(args.bundle, engine=args.engine, threads=args.threads)
        )
        prior.warm_up()
    asyncio.run(_serve(backend, config, args))
    return 0


def _address(host: str, port: int) -> str:
    if not 0 <= port <= 65535:
        raise InputError("--port", f"{port} is outside 0..65535")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _serve(backend: Backend[Any], config: ServerConfig, args: argparse.Namespace) -> None:
    """Serve; say where as soon as clients can connect."""
    from runtime.server import LampServer

    server, info = LampServer(backend, config), backend.info

    def announce() -> None:
        sys.stdout.write(
            f"serving on {_address(args.host, server.port)}{' (TLS)' if config.tls else ''}\n"
            f"bundle   {info.name}\nlicence  {info.licence}\nengine   {info.engine} on {info.device}\n"
        )
        sys.stdout.flush()

    await server.run(announce)
