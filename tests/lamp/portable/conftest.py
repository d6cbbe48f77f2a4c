"""The open bundle and its step in single precision, made once."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def bundle():
    from lamp import bundle as bundles

    return bundles.load("open")


@pytest.fixture(scope="session")
def step(bundle):
    pytest.importorskip("onnx")
    from lamp.portable.export import portable_step

    return portable_step(bundle, (min(bundle.grids), 1, False))
