"""TLS from files that may be replaced while the server runs: every handshake uses what lies on disk then."""

from __future__ import annotations

import logging
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from lamp.errors import InputError

log = logging.getLogger(__name__)
_Signature = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Tls:
    """Files in PEM form. With ``client_ca`` the server demands a certificate that it signed (mutual TLS)."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def check(self) -> None:
        """Raises ``InputError`` or ``OSError`` that names the file that is missing, no PEM, or no match."""
        _read(self)

    def server_credentials(self) -> grpc.ServerCredentials:
        """Credentials that follow the files. Raises as ``check``."""
        follower = _Follower(self)
        newer: Any = follower.newer  # gRPC takes None for "nothing new"; its type stubs do not say so
        credentials: grpc.ServerCredentials = grpc.dynamic_ssl_server_credentials(
            follower.first, newer, require_client_authentication=self.client_ca is not None
        )
        return credentials


class _Follower:
    """Reads the files again when they changed. ``newer`` is called by gRPC's threads, once per handshake."""

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._lock = threading.Lock()
        self._seen = _signature(tls)
        self.first = _read(tls)

    def newer(self) -> grpc.ServerCertificateConfiguration | None:
        """What is new since the last call; None when nothing is, or when the new files cannot be used (yet)."""
        with self._lock:
            try:
                now = _signature(self._tls)
                if now == self._seen:
                    return None
                configuration = _read(self._tls)
                if now != _signature(self._tls):
                    return None  # replaced while it was read: the next handshake looks again
            except (InputError, OSError) as error:
                log.error("the new certificate cannot be used, the one before stays in use: %s", error)
                return None
            self._seen = now
        log.info("certificate %s was replaced; new connections use it", self._tls.certificate)
        return configuration


def _signature(tls: Tls) -> _Signature:
    """Changes when one of the files does."""
    files = (tls.certificate, tls.key, *([tls.client_ca] if tls.client_ca else []))
    return tuple((s.st_mtime_ns, s.st_size, s.st_ino) for s in (file.stat() for file in files))


def _read(tls: Tls) -> grpc.ServerCertificateConfiguration:
    """The files, checked: gRPC itself would only fail at the first connection, with no word about why."""
    key, certificate = tls.key.read_bytes(), tls.certificate.read_bytes()
    authority = tls.client_ca.read_bytes() if tls.client_ca else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise InputError(
            "TLS",
            f"{tls.certificate} and {tls.key} are not a certificate chain and its private key, both PEM and without "
            f"a passphrase ({error})",
        ) from None
    if tls.client_ca is not None:
        try:
            context.load_verify_locations(tls.client_ca)
        except ssl.SSLError as error:
            raise InputError("TLS", f"{tls.client_ca} holds no certificates in PEM form ({error})") from None
    configuration: grpc.ServerCertificateConfiguration = grpc.ssl_server_certificate_configuration(
        [(key, certificate)], root_certificates=authority
    )
    return configuration


def _no_password() -> bytes:
    """Instead of OpenSSL's question on the terminal."""
    raise ValueError("the key has a passphrase")
