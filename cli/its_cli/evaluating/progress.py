"""How far an evaluation is: rows, rows a second, running accuracy and the time that is left."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

SECONDS = 30.0
"""How often a line tells how far it is where nothing can move, as in a file or a pipe."""
MINUTE = 60


class Rate(ProgressColumn):
    """Rows a second of the last ones."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} rows/s" if task.speed else "")


class Bar:
    """A bar on `console`, if that is a terminal, or else a line now and then."""

    def __init__(
        self,
        console: Console,
        total: int,
        rights: list[bool],
        every: float = SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin where `rights` of `total` rows are there already; `every` so many seconds there is a line."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate())
        accuracy = TextColumn("{task.fields[accuracy]}")
        shown = console.is_terminal
        self._progress = Progress(*columns, accuracy, TimeRemainingColumn(), console=console, disable=not shown)
        self._right, self._done = sum(rights), len(rights)
        self._task = self._progress.add_task("rows", total=total, completed=self._done, accuracy=self._accuracy)
        self._console, self._every, self._now = console, every, now
        self._total, self._began, self._before = total, now(), self._done
        self._told = self._began

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        if not self._console.is_terminal:
            self._tell()

    def advance(self, *, right: bool) -> None:
        """Count one more row."""
        self._right, self._done = self._right + right, self._done + 1
        self._progress.update(self._task, advance=1, accuracy=self._accuracy)
        if not self._console.is_terminal and self._now() - self._told >= self._every:
            self._tell()

    def note(self, text: str) -> None:
        """Print a line that stays."""
        self._console.print(Text(text, "yellow"), soft_wrap=True)

    def _tell(self) -> None:
        self._told = self._now()
        parts = (f"{self._done}/{self._total} rows", self._accuracy, self._speed())
        self._console.print(", ".join(filter(None, parts)), soft_wrap=True)

    def _speed(self) -> str:
        seconds, new = self._told - self._began, self._done - self._before
        if not new or seconds <= 0:
            return ""
        left = (self._total - self._done) * seconds / new
        return f"{new / seconds:.1f} rows/s" + (f", {left / MINUTE:.1f} min left" if left else "")

    @property
    def _accuracy(self) -> str:
        return f"accuracy {100 * self._right / self._done:.1f} %" if self._done else ""
