"""A client program while it drives a character: commands to it, events from it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ClassVar, Self

from tests.conformance.clients import Client

Event = dict[str, Any]
ENDS_WITHIN_S = 30.0


class Program:
    """``async with Program(client, address) as it``. ``events`` holds everything but samples; all carry ``heard_s``,
    ``time.monotonic()`` of this process."""

    _listeners: ClassVar[dict[str, Callable[[Event], None]]] = {}

    @classmethod
    @contextmanager
    def listening(cls, client: Client, listen: Callable[[Event], None]) -> Iterator[None]:
        """Inside, ``listen`` gets every ``done`` of the client's programs, and what is ``noted`` about them."""
        cls._listeners[client.name] = listen
        try:
            yield
        finally:
            del cls._listeners[client.name]

    def __init__(self, client: Client, address: str, *options: str) -> None:
        self.client = client
        self._arguments = ["drive", "--address", address, *options]
        self.events: list[Event] = []
        self.samples: list[Event] = []
        self.noise: list[str] = []  # what is no event
        self._stderr: list[str] = []
        self._news = asyncio.Event()
        self.convention = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self.client.command, *self._arguments, cwd=self.client.folder, env=self.client.environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=2**20,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        self._errors = asyncio.create_task(self._read_errors())
        try:
            self.convention = (await self.wait("ready"))["convention"]
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await asyncio.gather(self._process.wait(), self._reading, self._errors, return_exceptions=True)

    # -- to the program ---------------------------------------------------------------------------------------------

    async def tell(self, line: str) -> Event:
        """A command that goes out; its ``sent`` event."""
        seen = len(self.events)
        await self.say(line)
        return await self.wait("sent", lambda event: event["line"] == line, after=seen)

    async def say(self, line: str) -> None:
        """A command, whatever comes of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()

    async def close(self) -> Event:
        """Let it end; its ``done`` event."""
        if self._process.returncode is None and not self.of("done"):
            await self.say("close")
        return await self.end()

    async def end(self) -> Event:
        """Wait for it to end by itself; its ``done`` event."""
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await asyncio.gather(self._reading, self._process.wait())
        except TimeoutError:
            raise AssertionError(f"the program did not end within {ENDS_WITHIN_S:g} s{self.tail()}") from None
        assert self._process.returncode == 0, f"exit status {self._process.returncode}{self.tail()}"
        assert not self.noise, f"no event: {self.noise[0]!r}"
        assert self.of("done"), f"it ended without 'done'{self.tail()}"
        return self.of("done")[-1]

    def note(self, event: Event) -> None:
        """Something for the report."""
        if self.client.name in self._listeners:
            self._listeners[self.client.name](event)

    # -- from it ------------------------------------------------------------------------------------------------------

    def of(self, kind: str) -> list[Event]:
        """Events of a kind so far."""
        return [event for event in self.events if event["event"] == kind]

    async def wait(
        self,
        kind: str,
        wanted: Callable[[Event], bool] = lambda event: True,
        *,
        after: int = 0,
        timeout_s: float = 20.0,
    ) -> Event:
        """The first event of ``kind`` for which ``wanted`` holds, among those from number ``after`` on."""
        end_s = time.monotonic() + timeout_s
        while True:
            for event in self.events[after:]:
                if event["event"] == kind and wanted(event):
                    return event
            after = len(self.events)
            left_s = end_s - time.monotonic()
            ended = self._reading.done()
            assert left_s > 0 and not ended, (
                f"no such '{kind}' within {timeout_s:g} s{' (it ended)' if ended else ''}; "
                f"events: {[e['event'] for e in self.events[-12:]]}{self.tail()}"
            )
            self._news.clear()
            if len(self.events) == after:
                try:
                    await asyncio.wait_for(self._news.wait(), left_s)
                except TimeoutError:
                    continue

    def tail(self) -> str:
        """The last of its errors and of its standard error, for messages."""
        errors = [f"{e['code']}: {e['message']}" for e in self.of("error")[-3:]]
        return "".join(f"\n    {line}" for line in [*errors, *self._stderr[-15:]])

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            try:
                event = json.loads(line)
                kind = event["event"]
                float(event["t"])
            except (ValueError, KeyError, TypeError):
                self.noise.append(line.decode(errors="replace")[:200])
                continue
            event["heard_s"] = time.monotonic()
            (self.samples if kind == "sample" else self.events).append(event)
            if kind == "done":
                self.note(event)
            self._news.set()
        self._news.set()

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self._stderr.append(line.decode(errors="replace").rstrip())
            del self._stderr[:-100]
