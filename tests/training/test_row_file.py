"""Arrays that grow on disk are those that numpy would have written at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.row_file import RowFile


@pytest.mark.parametrize("rows", [0, 7, 12345])
def test_the_file_is_byte_for_byte_what_numpy_writes(tmp_path: Path, rows: int) -> None:
    whole = np.random.default_rng(0).integers(-99, 99, (rows, 22, 3)).astype(np.int16)
    with RowFile(tmp_path / "grown.npy", (22, 3), np.int16) as file:
        for start in range(0, rows, 1000):
            file.append(whole[start : start + 1000])
    np.save(tmp_path / "whole.npy", whole)
    assert (tmp_path / "grown.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()


def test_rows_of_another_kind_are_refused(tmp_path: Path) -> None:
    with RowFile(tmp_path / "a.npy", (3,), np.float16) as file:
        with pytest.raises(ValueError, match="float32"):
            file.append(np.zeros((2, 3), np.float32))
        with pytest.raises(ValueError, match=r"\(2, 4\)"):
            file.append(np.zeros((2, 4), np.float16))


def test_a_file_that_was_not_finished_holds_no_rows(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), RowFile(tmp_path / "a.npy", (3,), np.float16) as file:
        file.append(np.ones((5, 3), np.float16))
        raise KeyboardInterrupt
    assert np.load(tmp_path / "a.npy").shape == (0, 3)
