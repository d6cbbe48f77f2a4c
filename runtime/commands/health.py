"""``lamp health``: whether a server serves, for container health checks and scripts."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  lamp health                                  the server on this machine, port 50061
  lamp health game-1:50061 --tls-ca ca.pem
  lamp health unix:/run/lamp/lamp.sock --service lamp.v1.MotionService
exit status: 0 when it serves, 1 when it does not (yet, or any more) or cannot be reached. No token is needed.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp health``."""
    parser.add_argument("address", nargs="?", default="127.0.0.1:50061", help="default: 127.0.0.1:50061")
    parser.add_argument("--service", default="", help="name of one service (default: all of the server)")
    parser.add_argument(
        "--timeout-s", type=float, default=4.0, help="wait so long for an answer (default: 4)"
    )
    parser.add_argument(
        "--tls-ca", type=Path, metavar="FILE.pem", help="trust certificates of this authority"
    )
    parser.add_argument("--tls-cert", type=Path, metavar="FILE.pem", help="certificate of this client")
    parser.add_argument("--tls-key", type=Path, metavar="FILE.key", help="its private key")


def run(args: argparse.Namespace) -> int:
    """Ask once; say what the answer was."""
    status = asyncio.run(_ask(args))
    sys.stdout.write(f"{status}\n")
    return 0 if status == "SERVING" else 1


async def _ask(args: argparse.Namespace) -> str:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    from runtime.client.targets import credentials_of

    credentials = credentials_of(args.tls_ca, args.tls_cert, args.tls_key)
    channel = (
        grpc.aio.insecure_channel(args.address)
        if credentials is None
        else grpc.aio.secure_channel(args.address, credentials)
    )
    async with channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(
                health_pb2.HealthCheckRequest(service=args.service), timeout=args.timeout_s
            )
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name}: {error.details()}"
    name: str = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    return name
