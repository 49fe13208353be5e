"""Permits: how many calls to one service may run at once; more wait in their order."""

import asyncio
from types import TracebackType


class Permits:
    """A semaphore that knows how many wait."""

    def __init__(self, calls: int) -> None:
        self._free = asyncio.Semaphore(calls)
        self.waiting = 0
        """How many calls wait for their turn."""

    async def __aenter__(self) -> None:
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.release()
