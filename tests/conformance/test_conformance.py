"""A quick part of the suite: Python always, C# where it can be compiled, C++ where it has been built (by ``make
conformance``)."""

from __future__ import annotations

import asyncio

import pytest

from tests.conformance import catalogue, fuzz, vectors
from tests.conformance.clients import CLIENTS, Client, Missing
from tests.conformance.golden_vectors import FILES, FOLDER, text_of

BUSY = 4.0  # these tests are about what happens; make conformance is about how long it takes, too


@pytest.fixture(scope="module", params=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Client:
    try:
        return CLIENTS[request.param](False)
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("name", catalogue.QUICK)
def test_scenario(client: Client, name: str) -> None:
    asyncio.run(catalogue.run(name, client, patience=BUSY))


def test_golden_vectors(client: Client) -> None:
    assert asyncio.run(vectors.check(client)) > 60


def test_codec_does_what_python_does(client: Client) -> None:
    found = asyncio.run(fuzz.compare(client, 3000))
    assert found.differences == 0, found.examples
    assert found.rejected > 300, "damaged messages should often be refused by both"


@pytest.mark.parametrize("name", list(FILES))
def test_golden_files_are_what_the_generator_writes(name: str) -> None:
    committed = (FOLDER / f"{name}.json").read_text(encoding="utf8")
    assert committed == text_of(name), "run python -m tests.conformance.golden_vectors"
