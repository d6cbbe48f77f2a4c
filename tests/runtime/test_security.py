"""TLS, client certificates and the access token over real connections. Certificates are made by openssl."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from lamp.errors import InputError
from runtime.certificates import Tls
from runtime.pb.v1 import service_pb2, service_pb2_grpc
from runtime.security import Tokens
from runtime.server import SERVICE
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
    make_certificate(folder, "other", None)
    try:
        make_certificate(folder, "server", "ca")
        make_certificate(folder, "client", "ca")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this openssl cannot sign with `req -CA`: {error.stderr.decode()[-200:]}")
    subprocess.run(
        ["openssl", "ec", "-in", "server.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key"],
        cwd=folder, check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return folder


def secure(here: Site, pki: Path, identity: str | None = None, authority: str = "ca") -> grpc.aio.Channel:
    key, chain = (
        [(pki / f"{identity}{s}").read_bytes() for s in (".key", ".pem")] if identity else (None, None)
    )
    credentials = grpc.ssl_channel_credentials((pki / f"{authority}.pem").read_bytes(), key, chain)
    own = [("grpc.use_local_subchannel_pool", 1)]  # a connection, and so a handshake, of its own
    channel = grpc.aio.secure_channel(f"localhost:{here.server.port}", credentials, options=own)
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


def every_call() -> list[tuple[str, bool, bool]]:
    """Path, whether requests stream and whether answers do, of everything the server offers but health."""
    methods = service_pb2.DESCRIPTOR.services_by_name["MotionService"].methods
    found = [(f"/{SERVICE}/{m.name}", m.client_streaming, m.server_streaming) for m in methods]
    return [*found, ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", True, True)]


async def call_raw(
    channel: grpc.aio.Channel, path: str, streams: tuple[bool, bool], **call: Any
) -> grpc.StatusCode:
    """Status of a call with one empty message."""
    kind = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }[streams]

    async def one() -> AsyncIterator[bytes]:
        yield b""

    running = kind(path)(one() if streams[0] else b"", timeout=5, **call)
    code: grpc.StatusCode = await running.code()
    return code


@pytest.mark.parametrize("method", every_call(), ids=lambda method: method[0].rpartition("/")[2])
def test_the_token_guards_every_call(method: tuple[str, bool, bool], on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        path, *streams = method
        headers = [
            "Bearer wrong",
            TOKEN,
            f"Bearer {TOKEN}x",
            f"bearer {TOKEN}",
            f"Bearer {TOKEN[:-1]}",
            "Bearer ",
        ]
        wrong = [[("authorization", header)] for header in headers]
        wrong += [[], [*good(TOKEN), ("authorization", "Bearer wrong")]]
        for metadata in wrong:
            code = await call_raw(here.channel(), path, tuple(streams), metadata=metadata)
            assert code is grpc.StatusCode.UNAUTHENTICATED, metadata
        assert here.sessions == 0
        code = await call_raw(here.channel(), path, tuple(streams), metadata=good(TOKEN))
        assert code is not grpc.StatusCode.UNAUTHENTICATED

    on_server(body, tokens=Tokens([TOKEN]), reflection=True)


def good(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")]


def test_health_needs_no_token(on_server: OnServer) -> None:
    async def body(here: Site) -> None:
        health = health_pb2_grpc.HealthStub(here.channel())
        for service in ("", SERVICE):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
            watch = health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=5)
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
            watch.cancel()
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await health.Check(health_pb2.HealthCheckRequest(service="other"), timeout=5)
        assert failed.value.code() is grpc.StatusCode.NOT_FOUND

    on_server(body, tokens=Tokens([TOKEN]))


def test_services_are_listed_only_when_asked_for(on_server: OnServer) -> None:
    async def names(here: Site) -> set[str]:
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        stub = reflection_pb2_grpc.ServerReflectionStub(here.channel())
        answers = [a async for a in stub.ServerReflectionInfo(iter([request]), timeout=5)]
        return {s.name for s in answers[0].list_services_response.service}

    async def listed(here: Site) -> None:
        assert SERVICE in await names(here)

    async def hidden(here: Site) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await names(here)
        assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED

    on_server(listed)
    on_server(hidden, reflection=False)


def test_tokens_are_rotated_while_clients_play(on_server: OnServer) -> None:
    tokens = Tokens([TOKEN])

    async def body(here: Site) -> None:
        playing = await Driven.open(here.channel(), metadata=good(TOKEN))
        tokens.replace([TOKEN, TOKEN + "-new"])
        for token in (TOKEN, TOKEN + "-new"):
            assert (await here.stub().GetServerInfo(INFO, metadata=good(token))).model_name == "stub"
        tokens.replace([TOKEN + "-new"])
        assert await refused(here.channel(), metadata=good(TOKEN)) is grpc.StatusCode.UNAUTHENTICATED
        await playing.until(lambda: playing.frames)
        assert await playing.bye() is grpc.StatusCode.OK, "a stream that runs is not cut"

    on_server(body, tokens=tokens)


@pytest.mark.parametrize("wrong", [[], ["short"], [TOKEN, "short"], ["with-umlaut-äöü-long"], [TOKEN + "\n"]])
def test_bad_tokens_are_refused_and_the_ones_before_stay(wrong: list[str]) -> None:
    tokens = Tokens([TOKEN])
    with pytest.raises(InputError):
        tokens.replace(wrong)
    assert tokens.accept(f"Bearer {TOKEN}".encode())
    assert not tokens.accept(b"Bearer \xff\xfe")


@needs_openssl
def test_a_new_certificate_is_used_without_a_restart(pki: Path, tmp_path: Path, on_server: OnServer) -> None:
    certificate, key = tmp_path / "tls.pem", tmp_path / "tls.key"

    def install(name: str) -> None:
        for source, to in ((f"{name}.pem", certificate), (f"{name}.key", key)):
            (tmp_path / "new").write_bytes((pki / source).read_bytes())
            (tmp_path / "new").replace(to)

    async def body(here: Site) -> None:
        playing = await Driven.open(secure(here, pki))
        install("other")  # signed by nobody this client trusts
        assert await refused(secure(here, pki)) is grpc.StatusCode.UNAVAILABLE
        trusting = service_pb2_grpc.MotionServiceStub(secure(here, pki, authority="other"))
        assert (await trusting.GetServerInfo(INFO, timeout=5)).model_name == "stub"
        stranger = (pki / "stranger.key").read_bytes()
        for damage in (lambda: key.write_text("no key"), key.unlink, lambda: key.write_bytes(stranger)):
            damage()
            again = service_pb2_grpc.MotionServiceStub(secure(here, pki, authority="other"))
            assert (await again.GetServerInfo(INFO, timeout=5)).model_name == "stub", (
                "the one before stays in use"
            )
        install("server")
        assert (
            await service_pb2_grpc.MotionServiceStub(secure(here, pki)).GetServerInfo(INFO, timeout=5)
        ).model_name == "stub"
        await playing.until(lambda: playing.frames)
        assert await playing.bye() is grpc.StatusCode.OK

    install("server")
    on_server(body, tls=Tls(certificate, key))


@needs_openssl
@pytest.mark.parametrize(
    ("certificate", "key", "authority", "words"),
    [
        ("server.pem", "client.key", None, "private key"),
        ("server.key", "server.key", None, "server.key"),
        ("server.pem", "locked.key", None, "passphrase"),
        ("server.pem", "server.key", "server.key", "no certificates"),
        ("absent.pem", "server.key", None, "absent.pem"),
    ],
)
def test_files_that_do_not_fit_are_found_before_the_first_client(
    certificate: str, key: str, authority: str | None, words: str, pki: Path
) -> None:
    with pytest.raises((InputError, OSError), match=words):
        Tls(pki / certificate, pki / key, pki / authority if authority else None).check()


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
