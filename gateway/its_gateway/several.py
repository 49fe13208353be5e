"""Several streams, read side by side."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import TypeVar

Event = TypeVar("Event")


async def side_by_side(streams: Sequence[AsyncGenerator[Event, None]]) -> AsyncGenerator[tuple[int, Event], None]:
    """Yield what the streams yield, as it comes, each with the number of its stream.

    No stream is read ahead by more than one. The first error is raised and closes all of them, and so does closing
    the generator.
    """
    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        coming = {asyncio.ensure_future(anext(stream)): number for number, stream in enumerate(streams)}
        try:
            while coming:
                await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
                for one in [one for one in coming if one.done()]:
                    number = coming.pop(one)
                    if isinstance(one.exception(), StopAsyncIteration):
                        continue
                    yield number, one.result()
                    coming[asyncio.ensure_future(anext(streams[number]))] = number
        finally:
            await _cancel(coming)


async def _cancel(coming: Iterable[asyncio.Future[Event]]) -> None:
    for one in coming:
        one.cancel()
    await asyncio.gather(*coming, return_exceptions=True)
