"""A stream that is never silent for long."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

Event = TypeVar("Event")


async def heartbeats(
    events: AsyncGenerator[Event, None], first: float, then: float
) -> AsyncGenerator[Event | None, None]:
    """Yield `events`, and None whenever none came for a while: `first` seconds in the beginning, later `then`.

    Closing the generator closes `events`, while it waits for the next one too.
    """
    patience = first
    async with aclosing(events):
        while True:
            coming = asyncio.ensure_future(anext(events))
            try:
                while not (await asyncio.wait((coming,), timeout=patience))[0]:
                    patience = then
                    yield None
                yield coming.result()
            except StopAsyncIteration:
                return
            finally:
                if coming.cancel():
                    await asyncio.wait((coming,))
            patience = then
