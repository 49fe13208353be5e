"""A stream that is never silent for long."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

Event = TypeVar("Event")


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient a stream is."""

    status_seconds: float
    """How long an error still becomes an HTTP status, while nothing was sent."""
    keep_alive_seconds: float
    """After how much silence a comment is sent."""
    decided: Callable[[], bool] = lambda: True
    """Whether it is known that the request is let in; until then, nothing is sent, however long that takes."""


class Heartbeats(Generic[Event]):
    """Events, with a beat wherever they pause."""

    def __init__(self, events: AsyncGenerator[Event, None], patience: float) -> None:
        self._events = events
        self.patience = patience
        """Seconds of silence after which there is a beat; may change from one wait to the next."""

    async def beats(self) -> AsyncGenerator[Event | None, None]:
        """Yield the events, and None whenever none came for a while.

        Closing the generator closes the events, while it waits for the next one too.
        """
        async with aclosing(self._events) as events:
            while True:
                coming = asyncio.ensure_future(anext(events))
                try:
                    while not (await asyncio.wait((coming,), timeout=self.patience))[0]:
                        yield None
                    yield coming.result()
                except StopAsyncIteration:
                    return
                finally:
                    if coming.cancel():
                        await asyncio.wait((coming,))
