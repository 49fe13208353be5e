"""Several streams read at once."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


def merged(sources: Sequence[AsyncGenerator[T]]) -> AsyncGenerator[T]:
    """Yield from all `sources` as they come; close them all on leaving."""
    return sources[0] if len(sources) == 1 else _merged(sources)


async def _merged(sources: Sequence[AsyncGenerator[T]]) -> AsyncGenerator[T]:
    queue: asyncio.Queue[T | _End] = asyncio.Queue()
    tasks = [asyncio.create_task(_pump(source, queue)) for source in sources]
    try:
        running = len(tasks)
        while running:
            value = await queue.get()
            if not isinstance(value, _End):
                yield value
            elif value.error:
                raise value.error
            else:
                running -= 1
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pump(source: AsyncGenerator[T], queue: "asyncio.Queue[T | _End]") -> None:
    async with aclosing(source) as values:
        try:
            async for value in values:
                queue.put_nowait(value)
            queue.put_nowait(_End(None))
        except Exception as error:  # noqa: BLE001  (raised where the streams meet)
            queue.put_nowait(_End(error))
