"""The calls that run in this process, by request id, so that another call can stop them."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress

from its_generator.backend import Generation
from its_generator.tick import Tick, Usage
from its_runtime.errors import AlreadyRunning, ItsError

LAST_WORD_SECONDS = 1.0
"""How long an engine may take to stop and to tell what it used, when whoever asked has left."""


class Call:
    """One running Generate."""

    def __init__(self) -> None:
        self._generation: Generation | None = None
        self._is_stopped = False
        self.is_left = False
        """Whether its caller has gone: its id may be used again."""
        self.sequences = 0
        """How many have not ended."""
        self.usage: asyncio.Future[Usage | None] = asyncio.get_running_loop().create_future()
        """What it used, once it has ended; None when it ended without telling."""

    @property
    def used(self) -> Usage | None:
        """What it used; None while that isn't known."""
        return self.usage.result() if self.usage.done() else None

    def runs(self, generation: Generation) -> None:
        """Take what the engine runs for it."""
        self._generation = generation
        if self._is_stopped:
            generation.stop()

    def stop(self) -> None:
        """Stop the engine's work, now or as soon as it begins."""
        self._is_stopped = True
        if self._generation:
            self._generation.stop()

    def took(self, tick: Tick) -> None:
        """Note what came of it."""
        self.sequences -= len(tick.finished)
        if tick.usage:
            self.ends(tick.usage)

    async def left(self) -> None:
        """Stop the engine's work for a caller who has gone, and learn what it used."""
        self.is_left = True
        self.stop()
        if self._generation and not self.usage.done():
            with suppress(ItsError, TimeoutError):  # what it used stays unknown
                async with asyncio.timeout(LAST_WORD_SECONDS):
                    async for tick in self._generation:
                        self.took(tick)

    def ends(self, usage: Usage | None) -> None:
        """Tell those who wait what it used."""
        if not self.usage.done():
            self.usage.set_result(usage)


class RunningCalls:
    """All of them; belongs to one event loop."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}

    @property
    def sequences(self) -> int:
        """How many sequences have not ended; may be read by any thread."""
        return sum(call.sequences for call in tuple(self._calls.values()))

    @contextmanager
    def entered(self, request_id: str) -> Generator[Call, None, None]:
        """Let a call be found inside the block. Raises AlreadyRunning when the id is in use."""
        known = self._calls.get(request_id)
        if known and not known.is_left:
            raise AlreadyRunning(f"request_id: {request_id!r} is in use by a running call; choose another id")
        call = self._calls[request_id] = Call()
        try:
            yield call
        finally:
            if self._calls.get(request_id) is call:
                del self._calls[request_id]
            call.ends(None)

    def find(self, request_id: str) -> Call | None:
        """Return the running call of that id, if there is one."""
        return self._calls.get(request_id)
