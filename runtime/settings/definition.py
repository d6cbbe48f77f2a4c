"""What ``lamp serve`` can be told.

Every setting has one name: ``idle_timeout_s`` in the file is LAMP_SERVE_IDLE_TIMEOUT_S in the environment and
``--idle-timeout-s`` as a flag.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from runtime.geometry.settings import GeometrySettings
from runtime.keepalive import PING_INTERVAL_S
from runtime.limits import Limits
from runtime.scheduling import Scheduling
from runtime.settings.item import Item, items_of, setting
from runtime.settings.sources import Effective, gather

PREFIX = "LAMP_SERVE_"
FILE_VARIABLE = "LAMP_SERVE_CONFIG"
TOKEN_VARIABLE = "LAMP_TOKEN"  # the one that clients read too


@dataclass(frozen=True)
class Settings:
    """The settings of a server that are no limits; ``limits`` are the others."""

    host: str = setting("127.0.0.1", "address to listen on")
    port: int = setting(50061, "port; 0 picks a free one", low=0, high=65535)
    unix_socket: Path | None = setting(None, "listen on this Unix socket instead of host and port")
    bundle: str | None = setting(None, "name or folder of the bundle; empty: the default bundle")
    engine: str = setting("auto", "auto: torch on a GPU, else onnxruntime", choices=("auto", "onnx", "torch"))
    stub: bool = setting(False, "no model: a puppet that walks and steps aside, for testing clients")
    threads: int | None = setting(None, "CPU threads of the engine; empty: all cores", low=1, high=4096)
    grace_s: float = setting(
        5.0, "seconds for clients between the stop signal and the end", low=0.0, high=86_400.0
    )
    ping_interval_s: float = setting(
        PING_INTERVAL_S, "clients may ping this often; dead ones are noticed within three times as long",
        low=0.1, high=3600.0,
    )  # fmt: skip
    tls_cert: Path | None = setting(None, "certificate chain (PEM): serve over TLS")
    tls_key: Path | None = setting(None, "its private key (PEM)")
    tls_client_ca: Path | None = setting(None, "demand client certificates of this authority (PEM)")
    token_file: Path | None = setting(
        None, "file with the access tokens, one a line; any of them opens the server"
    )
    tokens: tuple[str, ...] = setting((), "access tokens, beside those of token_file", secret=True)
    reflection: bool | None = setting(
        None, "let clients list the services; empty: only while no token is set"
    )
    record: Path | None = setting(None, "record every session into this folder, for `lamp replay`")
    record_file_mib: float = setting(
        256.0, "the recording of a session stops at this size, MiB", low=1.0, high=1e6
    )
    record_folder_mib: float = setting(
        4096.0, "of all recordings, MiB; the oldest are deleted for new ones", low=1.0, high=1e6
    )
    log_level: str = setting(
        "info", "least level of what is logged", choices=("debug", "info", "warning", "error")
    )
    log_format: str = setting("text", "json: one object a line", choices=("text", "json"))
    metrics_address: str | None = setting(
        None, "HOST:PORT of the page for Prometheus, or a port on this machine; empty: none"
    )
    view: bool = setting(False, "also serve the viewer, a page for the browser, from a process of its own")
    view_host: str = setting("127.0.0.1", "address of that page; it has no password")
    view_port: int | None = setting(
        None, "port of that page; empty: the first free one from 8080 on", low=0, high=65535
    )
    limits: Limits = Limits()
    scheduling: Scheduling = field(default_factory=Scheduling)
    geometry: GeometrySettings = field(default_factory=GeometrySettings)

    def __post_init__(self) -> None:
        if (self.tls_key or self.tls_client_ca) and not self.tls_cert:
            raise InputError("TLS", "tls_cert is missing: TLS needs both --tls-cert and --tls-key")
        if self.tls_cert and not self.tls_key:
            raise InputError("TLS", "tls_key is missing: TLS needs both --tls-cert and --tls-key")

    @property
    def address(self) -> str:
        """As gRPC takes it."""
        if self.unix_socket is not None:
            return f"unix:{self.unix_socket}"
        return self.address_with(self.port)

    def address_with(self, port: int) -> str:
        """Host and a port, such as the one that port 0 became."""
        if self.unix_socket is not None:
            return self.address
        return f"[{self.host}]:{port}" if ":" in self.host else f"{self.host}:{port}"

    def all_tokens(self, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
        """Tokens of the file, as it is now, of the settings, and of LAMP_TOKEN. Raises ``InputError``, ``OSError``."""
        found = list(self.tokens)
        if self.token_file is not None:
            lines = self.token_file.read_text(encoding="utf8").splitlines()
            in_file = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
            if not in_file:
                raise InputError("--token-file", f"{self.token_file} is empty; write one token a line")
            found += in_file
        if environment.get(TOKEN_VARIABLE):
            found.append(environment[TOKEN_VARIABLE])
        return tuple(found)

    @property
    def reflects(self) -> bool:
        """Whether clients may list the services."""
        return not self.all_tokens() if self.reflection is None else self.reflection


ITEMS: tuple[Item, ...] = (
    *items_of(Settings),
    *items_of(Limits),
    *items_of(Scheduling),
    *items_of(GeometrySettings),
)
LIMITS = frozenset(f.name for f in fields(Limits))
SCHEDULING = frozenset(f.name for f in fields(Scheduling))
GEOMETRY = frozenset(f.name for f in fields(GeometrySettings))


def load(
    flags: Mapping[str, str | None], file: Path | None = None, environment: Mapping[str, str] = os.environ
) -> tuple[Settings, Effective]:
    """The settings that hold, and where each came from. ``flags``: text by name. Raises ``InputError``, ``OSError``."""
    variables = dict(environment)
    named = variables.pop(FILE_VARIABLE, "")
    file = file or (Path(named) if named else None)
    effective = gather(ITEMS, file=file, environment=variables, prefix=PREFIX, flags=flags)
    return _build(effective.values), effective


def _build(values: Mapping[str, Any]) -> Settings:
    parts = {
        "limits": (Limits, LIMITS),
        "scheduling": (Scheduling, SCHEDULING),
        "geometry": (GeometrySettings, GEOMETRY),
    }
    own = {n: value for n, value in values.items() if n not in LIMITS | SCHEDULING | GEOMETRY}
    try:
        made = {part: kind(**{n: values[n] for n in names}) for part, (kind, names) in parts.items()}
    except InputError:
        raise
    except ValueError as error:
        raise InputError("settings", str(error)) from error
    return Settings(**own, **made)
