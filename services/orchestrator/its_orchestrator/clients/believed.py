"""What a service said of itself: asked once by all who come meanwhile, and believed for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

Said = TypeVar("Said")


class _Question(Generic[Said]):
    """A question on its way: whoever waits shares its answer or its failure; it ends when nobody waits."""

    def __init__(self, asking: Coroutine[Any, Any, Said]) -> None:
        self._waiting = 0
        self._task = asyncio.get_running_loop().create_task(asking)
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())  # seen, if nobody waits

    @property
    def open(self) -> bool:
        """Whether one may still wait for it."""
        return not (self._task.done() or self._task.cancelling())

    async def answer(self) -> Said:
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._task.cancel()


class Believed(Generic[Said]):
    """Remembers an answer for some seconds; callers that come meanwhile share one question, and its failure."""

    def __init__(self, ask: Callable[[], Awaitable[Said]], seconds: float) -> None:
        """Ask by `ask`, and believe what it returns for so many `seconds`; what it raises isn't remembered."""
        self._ask = ask
        self._seconds = seconds
        self._known: tuple[Said, float] | None = None
        self._question: _Question[Said] | None = None

    async def answer(self) -> Said:
        """Return what was said. Raises what asking raises: every caller at once, however many wait."""
        if self._known and time.monotonic() < self._known[1]:
            return self._known[0]
        if self._question is None or not self._question.open:
            self._question = _Question(self._learn())
        return await self._question.answer()

    def doubt(self) -> None:
        """Ask again next time: the service may have changed."""
        self._known = None

    async def _learn(self) -> Said:
        said = await self._ask()
        self._known = said, time.monotonic() + self._seconds
        return said
