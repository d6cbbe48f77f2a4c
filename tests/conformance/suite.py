"""All scenarios with all clients."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.conformance import catalogue, fuzz, vectors
from tests.conformance.building import Broken
from tests.conformance.clients import CLIENTS, Client, Missing
from tests.conformance.program import Program
from tests.conformance.report import FAILED, PASSED, SKIPPED, ClientReport, Outcome
from tests.conformance.scenarios import faults
from tests.conformance.serving import served

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """scenarios: names; empty: all. soak_s: 0: none."""

    clients: Sequence[str]
    scenarios: Sequence[str] = ()
    codec_messages: int = 100_000
    soak_s: float = 60.0
    install: bool = True


def run(plan: Plan, tell: Tell) -> list[ClientReport]:
    """Everything; the soaks of all clients run at the same time. ``tell`` gets a line per step."""
    reports, clients = [], []
    for name in plan.clients:
        report = ClientReport(name)
        reports.append(report)
        try:
            clients.append((CLIENTS[name](plan.install), report))
        except (Missing, Broken) as problem:
            outcome = SKIPPED if isinstance(problem, Missing) else FAILED
            names = [*(plan.scenarios or catalogue.SCENARIOS), "golden_vectors", "codec"]
            report.outcomes += [Outcome(one, outcome) for one in names]
            report.outcomes[0].reason = str(problem)
            tell(f"{name}: {outcome}: {problem}")
    for client, report in clients:
        for name in plan.scenarios or catalogue.SCENARIOS:
            _step(client, report, name, lambda c=client, n=name: catalogue.run(n, c), tell)
        _step(client, report, "golden_vectors", lambda c=client, r=report: _golden(c, r), tell)
        if plan.codec_messages:
            _step(client, report, "codec", lambda c=client, r=report: _codec(c, r, plan.codec_messages), tell)
    if plan.soak_s > 0 and clients:
        asyncio.run(_soaks(clients, plan.soak_s, tell))
    return reports


def _step(
    client: Client, report: ClientReport, name: str, do: Callable[[], Awaitable[None]], tell: Tell
) -> None:
    asyncio.run(_judged(client, report, name, do, tell))


async def _judged(
    client: Client, report: ClientReport, name: str, do: Callable[[], Awaitable[None]], tell: Tell
) -> None:
    began_s, reason = time.monotonic(), ""
    with Program.listening(client, report.heard):
        try:
            await do()
        except AssertionError as error:
            reason = str(error) or "an assertion failed"
        except Exception:
            reason = traceback.format_exc()
    outcome = Outcome(name, FAILED if reason else PASSED, time.monotonic() - began_s, reason)
    report.outcomes.append(outcome)
    tell(f"{client.name}: {name} {outcome.outcome}, {outcome.seconds:.1f} s{': ' if reason else ''}{reason}")


async def _golden(client: Client, report: ClientReport) -> None:
    report.golden_vectors = await vectors.check(client)


async def _codec(client: Client, report: ClientReport, count: int) -> None:
    found = await fuzz.compare(client, count)
    report.codec_messages, report.codec_differences = found.messages, found.differences
    report.codec_disputed = found.disputed
    assert not found.differences, f"{found.differences} of {found.messages} differ: " + "; ".join(
        found.examples[:3]
    )


async def _soaks(clients: Sequence[tuple[Client, ClientReport]], seconds: float, tell: Tell) -> None:
    tell(f"soak: {seconds:g} s with {', '.join(client.name for client, _ in clients)} at the same time")
    await asyncio.gather(
        *(
            _judged(client, report, "soak", lambda c=client: _soak(c, seconds), tell)
            for client, report in clients
        )
    )


async def _soak(client: Client, seconds: float) -> None:
    async with served() as site:
        await faults.soak(site, client, seconds)
