"""Grids on disk: what comes back is what was put in, or nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.scene import cache as cache_module
from lamp.scene.build import build_grid
from lamp.scene.cache import GridCache, default_folder
from lamp.scene.files import TEMPORARY, DamagedFileError, load_geometry, load_grid, save_geometry
from lamp.scene.grid import DistanceGrid
from lamp.scene.heightfield import HeightField
from lamp.scene.hull import ConvexHull
from lamp.scene.mesh import TriangleMesh
from tests import solids


def grid(seed: int = 0, side: int = 8) -> DistanceGrid:
    values = np.random.default_rng(seed).normal(size=(side, side + 1, side + 2)).astype(np.float32)
    return DistanceGrid(f"id {seed}", (1.0, -2.5, 1 / 3), 0.05, values, "sheet", "4 open edges")


def same(a: DistanceGrid, b: DistanceGrid) -> bool:
    about = [(g.id, g.low_m, g.cell_m, g.sign_rule, g.problem) for g in (a, b)]
    return about[0] == about[1] and np.array_equal(a.values, b.values)


def test_a_grid_comes_back_as_it_was(tmp_path: Path) -> None:
    cache = GridCache(tmp_path)
    assert cache.get("key") is None
    cache.put("key", grid(), {"asked_cell_m": 0.05})
    found = GridCache(tmp_path).get("key")
    assert found is not None
    assert same(found[0], grid())
    assert found[1] == {"asked_cell_m": 0.05}
    assert "key" in cache
    assert "other" not in cache


@pytest.mark.parametrize("harm", ["torn", "flipped", "empty", "nonsense", "header"])
def test_a_damaged_file_is_missing_and_goes_away(tmp_path: Path, harm: str) -> None:
    cache = GridCache(tmp_path)
    cache.put("key", grid())
    (file,) = cache.folder.iterdir()
    data = bytearray(file.read_bytes())
    if harm == "flipped":
        data[-100] ^= 1
    elif harm == "header":
        data[20] ^= 0xFF
    file.write_bytes({"torn": data[:-40], "empty": b"", "nonsense": b"\xff" * 400}.get(harm, data))
    assert cache.get("key") is None
    assert not file.exists()
    cache.put("key", grid())
    assert cache.get("key") is not None


def test_another_format_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = GridCache(tmp_path)
    monkeypatch.setattr("lamp.scene.files.FORMAT", 99)
    cache.put("key", grid())
    monkeypatch.undo()
    (file,) = cache.folder.iterdir()
    with pytest.raises(DamagedFileError, match="format 99"):
        load_grid(file)
    assert cache.get("key") is None


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = GridCache(tmp_path, max_bytes=4 * (4 * 8 * 9 * 10 + 600))
    for i in range(4):
        cache.put(str(i), grid(i))
        os.utime(cache.folder / f"{i}.grid", (i, i))
    assert cache.get("0") is not None  # used again: now the youngest
    cache.put("4", grid(4))
    assert [key in cache for key in "01234"] == [True, False, True, True, True]
    assert sum(f.stat().st_size for f in cache.folder.iterdir()) <= cache.max_bytes


def test_what_a_crash_left_is_cleaned_up(tmp_path: Path) -> None:
    cache = GridCache(tmp_path)
    cache.put("a", grid())
    old, new = cache.folder / f"{TEMPORARY}old", cache.folder / f"{TEMPORARY}new"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    cache.put("b", grid())
    assert not old.exists()
    assert new.exists(), "somebody is writing it"


def test_a_folder_that_cannot_be_used_is_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = GridCache(tmp_path / "file")
    cache.put("key", grid())
    assert cache.get("key") is None
    nothing = GridCache(tmp_path, max_bytes=0)
    nothing.put("key", grid())
    assert "key" not in nothing
    with pytest.raises(InputError, match="max_bytes"):
        GridCache(tmp_path, max_bytes=-1)


def test_the_folder_can_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(cache_module.VARIABLE, str(tmp_path))
    assert default_folder() == tmp_path
    assert GridCache().folder.parent == tmp_path
    monkeypatch.delenv(cache_module.VARIABLE)
    assert default_folder().name == "lamp"


GEOMETRIES = (
    solids.mesh(solids.box((0.2, 0.3, 0.4))),
    ConvexHull(solids.ball(0.3, 2)[0]),
    HeightField(np.random.default_rng(0).random((5, 7)), 0.2, 0.3, (1.0, -1.0)),
)


def work(folder: Path, *jobs: tuple[TriangleMesh, float, int]) -> list[dict[str, Any]]:
    """What the worker says last about each job; results are in ``folder`` under their number."""
    lines = []
    for number, (geometry, cell_m, budget) in enumerate(jobs):
        save_geometry(folder / f"in {number}", geometry)
        job = {"source": str(folder / f"in {number}"), "result": str(folder / str(number)), "cell_m": cell_m}
        lines.append(json.dumps({**job, "budget": budget}) + "\n")
    command = [sys.executable, "-m", "lamp.scene.worker"]
    done = subprocess.run(
        command, input="".join(lines), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return [words for words in said if not words.keys() & {"progress", "ready"}]


def test_the_worker_builds_what_this_process_builds(tmp_path: Path) -> None:
    said = work(tmp_path, *((geometry, 0.05, 100_000) for geometry in GEOMETRIES))
    assert [words["done"] > 0 for words in said] == [True] * 3
    for number, geometry in enumerate(GEOMETRIES):
        built, _ = load_grid(tmp_path / str(number))
        assert same(built, build_grid(geometry, cell_m=0.05, budget=100_000))


def test_the_worker_says_what_is_wrong_with_a_geometry_and_goes_on(tmp_path: Path) -> None:
    said = work(tmp_path, (GEOMETRIES[0], 0.01, 5000), (GEOMETRIES[0], 0.1, 5000))
    assert said[0]["field"] == "cell_m"
    assert "done" in said[1]
    assert not (tmp_path / "0").exists()


def test_a_file_without_geometry_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"nonsense")
    with pytest.raises(DamagedFileError):
        load_geometry(tmp_path / "in")
