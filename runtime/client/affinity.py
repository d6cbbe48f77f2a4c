"""How a load balancer brings a session back to the server that knows it.

Every Drive call carries ``lamp-session: KEY`` as metadata. Balancers hash it, so streams with the same key reach the
same server as long as that one is there. The key says nothing about the session and is no secret.
"""

from __future__ import annotations

import secrets

METADATA_KEY = "lamp-session"


class Affinity:
    """The key of one session. A new one is due when the server that knew the session is about to stop."""

    def __init__(self) -> None:
        self.key = secrets.token_hex(8)

    def forget(self) -> None:
        """Be sent to any server from now on."""
        self.key = secrets.token_hex(8)

    @property
    def metadata(self) -> tuple[str, str]:
        """What goes along with a call."""
        return (METADATA_KEY, self.key)
