"""TLS, client certificates and the access token over real connections. Certificates are made by openssl."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from runtime.certificates import Tls
from runtime.pb.v1 import service_pb2, service_pb2_grpc
from runtime.security import Tokens
from tests.runtime.conftest import Site
from tests.runtime.wire import Driven

OnServer = Callable[..., None]
TOKEN = "a-token-of-at-least-sixteen"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
INFO = service_pb2.GetServerInfoRequest()


def make_certificate(folder: Path, name: str, ca: str | None) -> None:
    """``name.pem`` and ``name.key``, for localhost, signed by ``ca`` or by itself."""
    signed = (
        ["-CA", f"{ca}.pem", "-CAkey", f"{ca}.key"]
        if ca
        else ["-addext", "basicConstraints=critical,CA:TRUE"]
    )
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", *signed],
        cwd=folder, check=True, capture_output=True, timeout=30,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA, a server, a client it signed, and a stranger."""
    folder = tmp_path_factory.mktemp("pki")
    make_certificate(folder, "ca", None)
    make_certificate(folder, "stranger", None)
    try:
        make_certificate(folder, "server", "ca")
        make_certificate(folder, "client", "ca")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this openssl cannot sign with `req -CA`: {error.stderr.decode()[-200:]}")
    return folder


def secure(here: Site, pki: Path, identity: str | None = None) -> grpc.aio.Channel:
    key, chain = (
        [(pki / f"{identity}{s}").read_bytes() for s in (".key", ".pem")] if identity else (None, None)
    )
    credentials = grpc.ssl_channel_credentials((pki / "ca.pem").read_bytes(), key, chain)
    channel = grpc.aio.secure_channel(f"localhost:{here.server.port}", credentials)
    here.channels.append(channel)
    return channel


async def refused(channel: grpc.aio.Channel, **call: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await service_pb2_grpc.MotionServiceStub(channel).GetServerInfo(INFO, timeout=5, **call)
    code: grpc.StatusCode = failed.value.code()
    return code


@needs_openssl
def test_tls_serves_those_who_trust_its_authority(pki: Path, on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        driven = await Driven.open(secure(here, pki))
        await driven.until(lambda: driven.frames)
        assert await driven.bye() is grpc.StatusCode.OK
        assert await refused(here.channel()) is grpc.StatusCode.UNAVAILABLE

    on_server(body, tls=Tls(pki / "server.pem", pki / "server.key"))


@needs_openssl
def test_mutual_tls_demands_a_known_client(pki: Path, on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        known = service_pb2_grpc.MotionServiceStub(secure(here, pki, "client"))
        assert (await known.GetServerInfo(INFO, timeout=5)).model_name == "stub"
        for identity in (None, "stranger"):
            assert await refused(secure(here, pki, identity)) is grpc.StatusCode.UNAVAILABLE

    on_server(body, tls=Tls(pki / "server.pem", pki / "server.key", pki / "ca.pem"))


def test_the_token_guards_every_call_but_health(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        for metadata in (None, [("authorization", "Bearer wrong")], [("authorization", TOKEN)]):
            assert await refused(here.channel(), metadata=metadata) is grpc.StatusCode.UNAUTHENTICATED
        driven = Driven(here.channel())
        assert await driven.end() is grpc.StatusCode.UNAUTHENTICATED
        assert here.sessions == 0
        good = [("authorization", f"Bearer {TOKEN}")]
        assert (await here.stub().GetServerInfo(INFO, metadata=good)).model_name == "stub"
        health = health_pb2_grpc.HealthStub(here.channel())
        answer = await health.Check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.SERVING

    on_server(body, tokens=Tokens([TOKEN]))


def test_a_token_that_could_be_guessed_is_refused(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        raise AssertionError("it must not start")

    with pytest.raises(ValueError, match="16"):
        on_server(body, tokens=Tokens(["short"]))


def test_a_busy_port_is_a_clear_error(on_server: OnServer) -> None:
    from runtime.server import LampServer, ServerConfig
    from runtime.stub_backend import StubBackend

    async def body(here: Site) -> None:
        second = LampServer(StubBackend(), ServerConfig(here.address))
        with pytest.raises(OSError, match="another"):
            await second.start()

    on_server(body)
