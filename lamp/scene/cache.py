"""Distance grids kept on disk, so that no geometry is computed twice."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lamp.errors import InputError
from lamp.scene.files import TEMPORARY, DamagedFileError, load_grid, save_grid
from lamp.scene.grid import DistanceGrid

log = logging.getLogger(__name__)
VARIABLE = "LAMP_CACHE"
DEFAULT_MAX_BYTES = 1 << 30
_SUFFIX = ".grid"
_LEFT_OVER_S = 3600.0  # a file being written for longer was left by a crash


def default_folder() -> Path:
    """The folder named by ``LAMP_CACHE``, else ``lamp`` in the user's folder for caches."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local") / "lamp"
    if sys.platform == "darwin":
        return home / "Library/Caches/lamp"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "lamp"


class GridCache:
    """Grids by key in one folder, at most ``max_bytes`` of them: the longest unused go first.

    Several processes may share the folder. A file that is damaged counts as missing and is removed; a folder that
    cannot be used costs a warning and nothing else: the cache only saves time.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        if max_bytes < 0:
            raise InputError("max_bytes", f"{max_bytes} must not be negative; 0 keeps nothing")
        self.folder = (folder or default_folder()) / "geometry"
        self.max_bytes = max_bytes

    def __contains__(self, key: str) -> bool:
        return self._path(key).is_file()

    def get(self, key: str) -> tuple[DistanceGrid, dict[str, Any]] | None:
        """The grid of ``key`` and the note kept with it, or None."""
        path = self._path(key)
        try:
            found = load_grid(path)
            os.utime(path)  # used now
            return found
        except FileNotFoundError:
            return None
        except DamagedFileError as error:
            log.warning("%s; it is removed and will be built again", error)
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the cached grid %s cannot be read: %s", path, error)
        return None

    def put(self, key: str, grid: DistanceGrid, note: Mapping[str, Any] | None = None) -> None:
        """Keep ``grid`` under ``key`` and make room for it."""
        if grid.values.nbytes > self.max_bytes:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            save_grid(self._path(key), grid, note)
            self._make_room()
        except OSError as error:
            log.warning("the grid cannot be kept in %s: %s", self.folder, error)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _make_room(self) -> None:
        """Remove what a crash left behind, and the longest unused grids beyond ``max_bytes``."""
        files = []
        for path in self.folder.iterdir():
            try:
                about = path.stat()
            except FileNotFoundError:
                continue  # another process was faster
            if path.name.startswith(TEMPORARY):
                if about.st_mtime < time.time() - _LEFT_OVER_S:
                    path.unlink(missing_ok=True)
            elif path.suffix == _SUFFIX:
                files.append((about.st_mtime_ns, about.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size
