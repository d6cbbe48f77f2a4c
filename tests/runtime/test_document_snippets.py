"""The Python in the guide for gameplay programmers runs as it stands, and a real server understands it."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.client import LampClient
from tests.runtime.conftest import site
from tests.source_tree import ROOT

GUIDE = ROOT / "docs" / "gameplay-programmer.md"
ELSEWHERE = "motion.example"  # a machine that is not here


def snippets() -> list[str]:
    return re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf8"), flags=re.DOTALL)


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server with a loop of its own."""
    ready, done, ports = threading.Event(), threading.Event(), []

    async def serve() -> None:
        async with site() as here:
            ports.append(here.server.port)
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield ports[0]
    done.set()
    thread.join()


def test_every_snippet_of_the_guide_runs(port: int) -> None:
    found = snippets()
    assert len(found) >= 9
    names: dict[str, Any] = {"now_s": 1.0}
    with LampClient(f"127.0.0.1:{port}") as client, client.drive(prompt="walk") as session:
        session.wait_for_frame(0)
        for code in found:
            assert code.count("20.0:") <= 1
            code = code.replace("127.0.0.1:50061", f"127.0.0.1:{port}").replace("< 20.0:", "< 0.2:")
            compiled = compile(code, str(GUIDE), "exec")
            if ELSEWHERE in code:
                continue
            opens_its_own = "LampClient(" in code
            if not opens_its_own:
                names |= {"client": client, "session": session}
            exec(compiled, names)
            session.wait_plan(lambda plan: plan.scene_revision >= session.revision)
            assert not session.notices, f"the server did not understand:\n{code}\n{session.notices}"
            assert not names["session"].notices
