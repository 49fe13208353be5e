"""The recorder of one run: keeps every event, and hands on those that somebody waits for."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator

from its_orchestrator.events import Event, Kind


class Recorder:
    """Numbers and times events. Iterating yields the wanted ones until `close`; `follow` yields all, to any number."""

    def __init__(self, trace_id: str, wanted: frozenset[type]) -> None:
        self.trace_id = trace_id
        self.events: list[Event] = []
        self._wanted = wanted
        self._began = time.monotonic()
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._followers: set[asyncio.Event] = set()
        self._closed = False

    @property
    def seconds(self) -> float:
        """Wall seconds since the run began."""
        return time.monotonic() - self._began

    def quiet(self) -> "Recorder":
        """Return a recorder of the same run's name whose events nobody hears of."""
        return Recorder(self.trace_id, frozenset())

    def add(self, kind: Kind) -> None:
        """Note that something happened."""
        event = Event(self.trace_id, len(self.events), self.seconds, kind)
        self.events.append(event)
        if type(kind) in self._wanted:
            self._queue.put_nowait(event)
        self._call_followers()

    def close(self) -> None:
        """End the iteration once what was added has been read."""
        self._queue.put_nowait(None)
        self._closed = True
        self._call_followers()

    async def follow(self) -> AsyncGenerator[Event]:
        """Yield every event, wanted or not, from the first one on and as they come, until `close`."""
        place, called = 0, asyncio.Event()
        self._followers.add(called)
        try:
            while place < len(self.events) or not self._closed:
                for event in self.events[place:]:
                    yield event
                    place += 1
                if place == len(self.events) and not self._closed:
                    called.clear()
                    await called.wait()
        finally:
            self._followers.discard(called)

    def _call_followers(self) -> None:
        for called in self._followers:
            called.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self._queue.get()) is not None:
            yield event
