"""Ticks on their way from an engine to the call that waits for them."""

import asyncio
from collections.abc import AsyncIterator, Callable

from its_generator.tick import Delta, Finished, Tick
from its_runtime.errors import ItsError


class Mailbox:
    """A running job as its caller sees it: `its_generator.backend.Generation`, whatever the engine.

    `put` and `fail` belong to the event loop; an engine in a thread of its own uses `loop.call_soon_threadsafe`.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        """Take what asks the engine to stop; it must put the job's last tick afterwards, and may be called twice."""
        self.stop = stop
        self._ticks: list[Tick] = []
        self._error: ItsError | None = None
        self._news = asyncio.Event()

    def put(self, tick: Tick) -> None:
        """Hand over a tick; the one with the usage is the last."""
        self._ticks.append(tick)
        self._news.set()

    def fail(self, error: ItsError) -> None:
        """End the job with an error, behind the ticks that were put before."""
        self._error = error
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[Tick]:
        """Yield what has gathered, as one tick, until the last one."""
        while True:
            await self._news.wait()
            self._news.clear()
            ticks, self._ticks = self._ticks, []
            if ticks:
                yield _merged(ticks)
            if ticks and ticks[-1].usage:
                return
            if self._error:
                raise self._error


def _merged(ticks: list[Tick]) -> Tick:
    if len(ticks) == 1:
        return ticks[0]
    deltas: list[Delta] = [delta for tick in ticks for delta in tick.deltas]
    finished: list[Finished] = [end for tick in ticks for end in tick.finished]
    return Tick(deltas, finished, ticks[-1].usage)
