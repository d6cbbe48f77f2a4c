"""``lamp view`` beside a server: a process of its own, so that drawing never delays what the server does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from lamp.errors import InputError
from runtime.settings.definition import TOKEN_VARIABLE, Settings

_END_S = 5.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # where to reach what listens everywhere


class ViewerProcess:
    """The viewer of a server on this machine; prints its address itself. ``start`` it once the server listens."""

    def __init__(self, settings: Settings) -> None:
        """``InputError``: the server demands client certificates, and the viewer would have none."""
        if settings.tls_client_ca is not None:
            raise InputError(
                "--view",
                "clients of this server need a certificate; run `lamp view --tls-cert ... --tls-key ...`",
            )
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, port: int) -> None:
        """Start it; ``port`` is the one that the server listens on."""
        command = [sys.executable, "-m", "runtime.cli", "view", self._address(port), "--until-parent-ends"]
        command += ["--view-host", self._settings.view_host]
        if self._settings.view_port is not None:
            command += ["--view-port", str(self._settings.view_port)]
        if self._settings.tls_cert is not None:  # it vouches for itself, or comes with its chain
            command += ["--tls-ca", str(Path(self._settings.tls_cert).resolve())]
        tokens = self._settings.all_tokens()
        environment = {**os.environ, **({TOKEN_VARIABLE: tokens[0]} if tokens else {})}
        self._process = subprocess.Popen(command, env=environment)

    def _address(self, port: int) -> str:
        if self._settings.unix_socket is not None:
            return self._settings.address
        host = _ANYWHERE.get(self._settings.host, self._settings.host)
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
