"""How far an evaluation is: rows, rows a second, running accuracy and the time that is left."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class Rate(ProgressColumn):
    """Rows a second of the last ones."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} rows/s" if task.speed else "")


class Bar:
    """A bar on `console`; only a terminal shows it while it moves."""

    def __init__(self, console: Console, total: int, rights: list[bool]) -> None:
        """Begin where `rights` of `total` rows are there already."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate())
        accuracy = TextColumn("{task.fields[accuracy]}")
        self._progress = Progress(*columns, accuracy, TimeRemainingColumn(), console=console)
        self._right, self._done = sum(rights), len(rights)
        self._task = self._progress.add_task("rows", total=total, completed=self._done, accuracy=self._accuracy)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self, *, right: bool) -> None:
        """Count one more row."""
        self._right, self._done = self._right + right, self._done + 1
        self._progress.update(self._task, advance=1, accuracy=self._accuracy)

    @property
    def _accuracy(self) -> str:
        return f"accuracy {100 * self._right / self._done:.1f} %" if self._done else ""
