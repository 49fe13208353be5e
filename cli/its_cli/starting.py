"""The line that tells which processes are awaited while a system starts."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from its_cli.part import PARTS, Part


class Starting:
    """A status line with the processes that aren't healthy yet; only a terminal shows it."""

    def __init__(self, console: Console) -> None:
        self._awaited = [part.section for part in PARTS]
        self._status = Status(self._text, console=console)

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def ready(self, part: Part) -> None:
        """Take `part` off the line; the line goes when it was the last."""
        self._awaited.remove(part.section)
        self._status.update(self._text)
        if not self._awaited:
            self._status.stop()

    @property
    def _text(self) -> str:
        return f"starting: waiting for {', '.join(self._awaited)}"
