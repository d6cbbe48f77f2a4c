"""An array on disk that grows by rows, so that what is written need not fit in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from training.clips import Array


class RowFile:
    """Writes ``path`` as a ``.npy`` file of shape ``(rows, *row)``, the very bytes ``numpy.save`` would write.

    The number of rows is known only at the end, so the header is written again by :meth:`close`; numpy leaves room
    in it for the first axis to grow. Raises ``OSError`` when the disk is full.
    """

    def __init__(self, path: Path, row: tuple[int, ...], dtype: DTypeLike) -> None:
        self.rows = 0
        self._row, self._dtype = row, np.dtype(dtype)
        self._file = path.open("wb")
        self._write_header()

    def append(self, rows: Array) -> None:
        """Write rows ``(n, *row)``; ``ValueError`` for another shape or type."""
        if rows.shape[1:] != self._row or rows.dtype != self._dtype:
            raise ValueError(
                f"rows are {rows.dtype} {rows.shape}, the file holds {self._dtype} (n, {self._row})"
            )
        self._file.write(rows.tobytes())
        self.rows += len(rows)

    def close(self) -> None:
        """Write the number of rows; without it the file holds none."""
        start = self._file.tell() - self.rows * self._dtype.itemsize * int(np.prod(self._row))
        self._file.seek(0)
        self._write_header()
        if self._file.tell() != start:
            raise ValueError(f"numpy {np.__version__} left no room in the header for {self.rows} rows")
        self._file.close()

    def __enter__(self) -> RowFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.close()
        else:
            self._file.close()

    def _write_header(self) -> None:
        np.lib.format.write_array_header_1_0(
            self._file,
            {
                "descr": np.lib.format.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": (self.rows, *self._row),
            },
        )
