"""Who is in session, and who may come back: sessions by token, with a stream or waiting for one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator

from runtime.resume import log_name, new_token, same_token
from runtime.session import Session


class Roster:
    """Lives on the event loop. ``forget`` is called with every session that waited in vain or had to make room."""

    def __init__(self, most: int, keep_s: float, forget: Callable[[Session], None]) -> None:
        self._most, self._keep_s, self._forget = most, keep_s, forget
        self._live: dict[str, Session] = {}  # by the name in the token
        self._kept: dict[str, tuple[Session, asyncio.TimerHandle]] = {}  # the longest kept first

    def __len__(self) -> int:
        """Sessions with a stream."""
        return len(self._live)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._live.values()))

    @property
    def kept(self) -> int:
        """Sessions that wait for their client to come back."""
        return len(self._kept)

    @property
    def full(self) -> bool:
        """Whether no newcomer can be taken."""
        return len(self._live) >= self._most

    def new_token(self) -> str:
        """A name for logs, and 128 bits that nobody can guess."""
        while (name := secrets.token_hex(4)) in self._live or name in self._kept:
            continue
        return new_token(name)

    def add(self, session: Session) -> None:
        """A session with a stream; where it is one too many, the one that has waited longest makes room."""
        self._live[log_name(session.token)] = session
        while self._kept and len(self._live) + len(self._kept) > self._most:
            self._drop(next(iter(self._kept)))

    def find(self, token: str) -> Session | None:
        """The session of a token, with or without a stream."""
        name = log_name(token)
        kept = self._kept.get(name)
        session = kept[0] if kept else self._live.get(name)
        return session if session is not None and same_token(session.token, token) else None

    def replace(self, old: Session, new: Session) -> None:
        """``new`` goes on with the character of ``old``."""
        kept = self._kept.pop(log_name(old.token), None)
        if kept is not None:
            kept[1].cancel()
        self._live[log_name(new.token)] = new

    def has(self, session: Session) -> bool:
        """Whether this session has a stream and no other has taken its place."""
        return self._live.get(log_name(session.token)) is session

    def remove(self, session: Session) -> None:
        """The end of a session."""
        if self.has(session):
            del self._live[log_name(session.token)]

    def keep(self, session: Session) -> None:
        """The stream is gone; the session may be taken up again for a while."""
        self.remove(session)
        name = log_name(session.token)
        timer = asyncio.get_running_loop().call_later(self._keep_s, self._drop, name)
        self._kept[name] = (session, timer)

    def forget_kept(self) -> None:
        """Nobody can come back any more."""
        for name in list(self._kept):
            self._drop(name)

    def _drop(self, name: str) -> None:
        session, timer = self._kept.pop(name)
        timer.cancel()
        self._forget(session)
