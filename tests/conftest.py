"""What all tests share: fixed seeds, the data beside the repository, and markers that skip visibly."""

from __future__ import annotations

import os

# Tiny networks gain nothing from threads, and threads that wait for a busy core make them many times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import random
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("LAMP_SHARED") or ROOT.parent / "shared")


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests compute stays out of the user's cache, and the other way round."""
    os.environ["LAMP_CACHE"] = str(tmp_path_factory.mktemp("cache"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, with the reason."""
    for item in items:
        if "shared" in item.keywords and not SHARED.is_dir():
            item.add_marker(pytest.mark.skip(reason=_shared_is_missing()))
        if "gpu" in item.keywords and not _has_cuda():
            item.add_marker(pytest.mark.skip(reason="needs torch with a CUDA device"))
        if "browser" in item.keywords and not find_chromium():
            item.add_marker(
                pytest.mark.skip(reason="needs Chromium: apt install chromium, or set LAMP_CHROMIUM")
            )


def _shared_is_missing() -> str:
    return f"{SHARED} does not exist; set LAMP_SHARED to the folder with data/"


def find_chromium() -> str | None:
    """Path of an installed Chromium or Chrome."""
    names = (os.environ.get("LAMP_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _has_cuda() -> bool:
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


@pytest.fixture(autouse=True)
def fixed_seeds() -> None:
    """The same random numbers in every run, whichever tests run before."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - for code that uses numpy's global generator
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture
def rng() -> np.random.Generator:
    """A seeded generator of its own for each test."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def repository_dir() -> Path:
    """Root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder with the motion data that lies beside the repository; skips the test where there is none."""
    if not SHARED.is_dir():
        pytest.skip(_shared_is_missing())
    return SHARED
