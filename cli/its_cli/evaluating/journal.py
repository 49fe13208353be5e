"""The journal: rows appended to a file, each safe on the disk before it counts; what a kill tore is dropped."""

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from its_cli.evaluating.job import Key
from its_cli.evaluating.row import Row
from its_cli.exits import REFUSED, Failed

ROWS = "rows.jsonl"
"""The journal's name in its folder."""


class Journal:
    """Rows that are there, and the place where the next ones go."""

    def __init__(self, file: BinaryIO, rights: dict[Key, bool]) -> None:
        self._file = file
        self.rights = rights
        """Whether each row that is there was answered rightly."""

    def append(self, row: Row) -> None:
        """Write a row; when this returns, a kill or a power cut can't take it back."""
        if row.key in self.rights:
            raise ValueError(f"the journal has a row for {row.key} already")
        self._file.write(row.model_dump_json().encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.rights[row.key] = row.right


@contextmanager
def open_journal(folder: Path) -> Generator[Journal, None, None]:
    """Open the journal of a folder, making both where they aren't there; only one process at a time has it.

    Raises Failed when another one does, or a line other than a torn last one can't be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ROWS
    with path.open("ab") as file:
        _lock(file, path)
        os.truncate(path, _whole(path))
        yield Journal(file, {row.key: row.right for row in rows(folder)})


def rows(folder: Path) -> Iterator[Row]:
    """Yield the rows of a folder, in the order in which they were written. Raises Failed for a line that is none."""
    path = folder / ROWS
    if not path.is_file():
        raise Failed(f"{path} isn't there; `its eval FILE.jsonl --out {folder}` writes it", REFUSED)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return  # torn, or being written
            try:
                yield Row.model_validate_json(line)
            except ValidationError as error:
                raise Failed(f"{path}:{number}: this is no row of `its eval`: {error}", REFUSED) from error


def _whole(path: Path) -> int:
    """Return how many bytes of the file are whole lines."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for start in range(max(0, size - BLOCK), -BLOCK, -BLOCK):
            file.seek(max(0, start))
            if (end := file.read(BLOCK).rfind(b"\n")) >= 0:
                return max(0, start) + end + 1
    return 0


BLOCK = 1 << 16


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Failed(
            f"{path}: another `its eval` is writing it; wait for it, or choose another --out", REFUSED
        ) from error
