"""Agreement: equal results in a row, after which runs that still go on are not needed any more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from its_runtime.errors import ItsError, Unmet

FAILED = object()


class Agreement:
    """Looks at results in the order of their runs, whichever ends first, so that the outcome is always the same."""

    def __init__(self, number: int, enough: int | None) -> None:
        self.last = number - 1
        """The last run whose result counts."""
        self._enough = enough
        self._verdicts: dict[int, object] = {}
        self._reached = asyncio.Event()

    async def unless_reached(
        self, place: int, work: Callable[[], Awaitable[Any]], verdict: Callable[[Any], str]
    ) -> Any:  # noqa: ANN401  (whatever runs return)
        """Return what the run at `place` returns. Raises Unmet when it isn't needed any more, and what it raises."""
        if self._reached.is_set():
            raise self._needless()
        running = asyncio.ensure_future(work())
        reached = asyncio.ensure_future(self._reached.wait())
        try:
            await asyncio.wait((running, reached), return_when=asyncio.FIRST_COMPLETED)
            if self._reached.is_set() and place > self.last:
                raise self._needless()
            result = await running
        except ItsError:
            self._look(place, FAILED)
            raise
        finally:
            running.cancel()
            reached.cancel()
            await asyncio.gather(running, reached, return_exceptions=True)
        self._look(place, verdict(result))
        return result

    def _needless(self) -> Unmet:
        return Unmet(f"not needed: {self._enough} results in a row are equal")

    def _look(self, place: int, verdict: object) -> None:
        self._verdicts[place] = verdict
        if self._enough is None or self._reached.is_set():
            return
        row: list[object] = []
        for at in range(len(self._verdicts)):
            if at not in self._verdicts:
                return
            if (one := self._verdicts[at]) is not FAILED:
                row = [*row, one] if not row or row[-1] == one else [one]
            if len(row) >= self._enough:
                self.last = at
                self._reached.set()
                return
