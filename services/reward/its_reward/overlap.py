"""Overlap: answers to a stream of requests, each sent when it is done, in whatever order that is."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

Request = TypeVar("Request")
Response = TypeVar("Response")

MOST_AT_ONCE = 256
"""Requests of one stream that are worked on; further ones wait in the transport, which slows the sender."""


async def overlapped(
    requests: AsyncIterator[Request], answer: Callable[[Request], Coroutine[Any, Any, Response]]
) -> AsyncGenerator[Response, None]:
    """Yield the `answer` to each of `requests` as it comes; closing cancels those that are running.

    An error of `requests` itself is raised after the answers to all that came before it.
    """
    answering = set[asyncio.Task[Response]]()
    reading: asyncio.Future[Request | None] | None = asyncio.ensure_future(anext(requests, None))
    broken: Exception | None = None
    try:
        while reading or answering:
            awaited: set[asyncio.Future[Any]] = {*answering}
            if reading and len(answering) < MOST_AT_ONCE:
                awaited.add(reading)
            done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if reading in done:
                broken, request = _outcome(reading)
                reading = None
                if request is not None:
                    answering.add(asyncio.create_task(answer(request)))
                    reading = asyncio.ensure_future(anext(requests, None))
            for task in answering & done:
                answering.discard(task)
                yield task.result()
        if broken:
            raise broken
    finally:
        await _cancel({*answering, reading} if reading else answering)


def _outcome(reading: asyncio.Future[Request | None]) -> tuple[Exception | None, Request | None]:
    error = reading.exception()
    if isinstance(error, Exception):
        return error, None
    return None, reading.result()


async def _cancel(futures: set[Any]) -> None:
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)
