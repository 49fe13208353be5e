"""Ticks on their way from an engine to the call that waits for them."""

import asyncio
from collections.abc import Callable

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
        self._is_over = False

    def put(self, tick: Tick) -> None:
        """Hand over a tick; the one with the usage is the last."""
        self._ticks.append(tick)
        self._news.set()

    def fail(self, error: ItsError) -> None:
        """End the job with an error, behind the ticks that were put before."""
        self._error = error
        self._news.set()

    def __aiter__(self) -> "Mailbox":
        return self

    async def __anext__(self) -> Tick:
        """Return what has gathered, as one tick. Ends behind the last one; raises what ended the job."""
        if self._is_over:
            raise StopAsyncIteration
        await self._news.wait()
        self._news.clear()
        if not self._ticks:
            raise self._ended()
        tick, self._ticks = _merged(self._ticks), []
        self._is_over = tick.usage is not None
        if self._error:
            self._news.set()
        return tick

    def _ended(self) -> ItsError:
        assert self._error is not None
        return self._error


def _merged(ticks: list[Tick]) -> Tick:
    if len(ticks) == 1:
        return ticks[0]
    deltas: list[Delta] = [delta for tick in ticks for delta in tick.deltas]
    finished: list[Finished] = [end for tick in ticks for end in tick.finished]
    return Tick(deltas, finished, ticks[-1].usage)
