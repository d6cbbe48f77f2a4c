"""``lamp doctor``: check this machine, and say what to do about what is missing."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

EXAMPLES = """\
examples:
  lamp doctor                     check everything a server needs
  lamp doctor --bundle open --engine onnx --port 6000
exit status: 0 when the server can run, 1 when something it needs is missing
"""
OK, NOTE, BAD = "ok", "note", "MISSING"
NEEDED = ("numpy", "onnxruntime", "safetensors", "tokenizers", "pyyaml", "grpcio", "grpcio-health-checking",
          "grpcio-reflection", "grpcio-status", "protobuf")  # fmt: skip
OPTIONAL = {"torch": "gpu", "matplotlib": "viz", "pillow": "viz", "viser": "viewer"}  # package -> extra


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``remedy`` says what to do."""

    state: str
    what: str
    remedy: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``lamp doctor``."""
    parser.add_argument("--bundle", help="bundle to try (default: the default bundle)")
    parser.add_argument("--engine", choices=("auto", "onnx", "torch"), default="auto", help="default: auto")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address the server will listen on (default: 127.0.0.1)"
    )
    parser.add_argument("--port", type=int, default=50061, help="port the server will use (default: 50061)")


def run(args: argparse.Namespace) -> int:
    """Print every finding as it is made."""
    bad = 0
    checks: tuple[Callable[[argparse.Namespace], Iterator[Finding]], ...] = (
        python,
        packages,
        gpu,
        port,
        bundle,
    )
    for check in checks:
        for finding in check(args):
            bad += finding.state == BAD
            sys.stdout.write(f"{finding.state:8} {finding.what}\n")
            if finding.remedy:
                sys.stdout.write(f"{'':8} -> {finding.remedy}\n")
            sys.stdout.flush()
    sys.stdout.write(
        "the server can run here\n" if not bad else f"to mend before the server can run: {bad}\n"
    )
    return 1 if bad else 0


def python(args: argparse.Namespace) -> Iterator[Finding]:
    """The interpreter."""
    what = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield Finding(OK, what)
    else:
        yield Finding(BAD, what, "use Python 3.11, 3.12 or 3.13")


def packages(args: argparse.Namespace) -> Iterator[Finding]:
    """What the server needs, and what more could be there."""
    for name in NEEDED:
        version = _version(name)
        if version is None:
            yield Finding(BAD, f"package {name}", f"pip install {name}, or reinstall lamp-motion")
        else:
            yield Finding(OK, f"{name} {version}")
    for name, extra in OPTIONAL.items():
        version = _version(name)
        if version is None:
            yield Finding(
                NOTE, f"{name} is not installed", f"only if wanted: pip install 'lamp-motion[{extra}]'"
            )
        else:
            yield Finding(OK, f"{name} {version}")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def gpu(args: argparse.Namespace) -> Iterator[Finding]:
    """Whether the torch engine would find a GPU."""
    try:
        import torch
    except ImportError:
        yield Finding(NOTE, "no GPU support: torch is not installed; the CPU is used through onnxruntime")
        return
    if torch.cuda.is_available():
        yield Finding(OK, f"GPU {torch.cuda.get_device_name(0)}, CUDA {torch.version.cuda}")
    else:
        yield Finding(NOTE, "torch sees no GPU; the CPU is used through onnxruntime",
                      "with an NVIDIA GPU: check the driver (nvidia-smi) and that torch is a CUDA build")  # fmt: skip


def port(args: argparse.Namespace) -> Iterator[Finding]:
    """Whether the server's port is free."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            args.host, args.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":  # as the server does; there it would share a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        yield Finding(BAD, f"cannot listen on {args.host}:{args.port} ({error})",
                      "stop what uses it, or choose another: lamp serve --port N")  # fmt: skip
    else:
        yield Finding(OK, f"{args.host}:{args.port} is free")


def bundle(args: argparse.Namespace) -> Iterator[Finding]:
    """Load the bundle and make a short clip with it."""
    try:
        from lamp.prior import MotionPrior

        prior = MotionPrior.load(args.bundle, engine=args.engine)
    except Exception as error:  # whatever is wrong is what the doctor is here to report
        yield Finding(BAD, f"the bundle does not load: {error}",
                      "name another with --bundle, or restore lamp/bundles from the repository")  # fmt: skip
        return
    yield Finding(OK, f"bundle {prior.name}, licence: {prior.licence}")
    try:
        prior.generate(["a person walks forward"], frames=40)
    except Exception as error:
        yield Finding(
            BAD, f"engine {prior.engine_name} on {prior.device} fails: {error}", "try --engine onnx"
        )
    else:
        yield Finding(OK, f"engine {prior.engine_name} on {prior.device} makes motion")
