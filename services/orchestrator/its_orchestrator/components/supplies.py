"""Supplies: what all runs of a process share, such as connections; each is opened once, when first asked for."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar, cast

from its_orchestrator.running.run import Engines

Thing = TypeVar("Thing")


class Supplies:
    """Opens things and keeps them until the block of `supplies` ends."""

    def __init__(self, engines: Engines | None = None) -> None:
        self.engines = engines
        """The generator and the reward service; None where there are none."""
        self._kept: dict[Hashable, _Kept] = {}

    async def get(self, key: Hashable, opened: Callable[[], AbstractAsyncContextManager[Thing]]) -> Thing:
        """Return the thing called `key`, which `opened` opens. Raises what opening raises; the next one tries again."""
        kept = self._kept.get(key)
        if kept is None or kept.failed:
            kept = self._kept[key] = _Kept(opened)
        return cast("Thing", await asyncio.shield(kept.thing))

    async def close(self) -> None:
        """Close everything, the last one first."""
        for kept in reversed(self._kept.values()):
            await kept.close()
        self._kept.clear()


class _Kept:
    """One open thing, held by a task of its own: some must be closed by the task that opened them."""

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self.thing: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._end = asyncio.Event()
        self._task = asyncio.create_task(self._hold(opened))

    @property
    def failed(self) -> bool:
        return self.thing.done() and (self.thing.cancelled() or self.thing.exception() is not None)

    async def close(self) -> None:
        self._end.set()
        await asyncio.wait({self._task})

    async def _hold(self, opened: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        try:
            async with opened() as thing:
                self.thing.set_result(thing)
                await self._end.wait()
        except Exception as error:
            if self.thing.done():
                raise
            self.thing.set_exception(error)
        finally:
            self.thing.cancel()


@asynccontextmanager
async def supplies(engines: Engines | None = None) -> AsyncGenerator[Supplies]:
    """Yield supplies; leaving the block closes them."""
    here = Supplies(engines)
    try:
        yield here
    finally:
        await here.close()
