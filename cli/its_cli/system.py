"""A system: the four processes, running, healthy, and stopped together."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from its_cli.child import Child, ChildDied, Listener, child
from its_cli.health import healthy
from its_cli.layout import Layout
from its_cli.part import PARTS, Part
from its_cli.ports import require_free

Outcome = TypeVar("Outcome")
Ready = Callable[[Part], None]
"""Called with each part when it is healthy."""
HURRY_SECONDS = 1.0
"""How long a process gets to stop when another one has died."""


class System:
    """Four processes that run."""

    def __init__(self, layout: Layout, children: list[Child]) -> None:
        self.layout = layout
        self.children = children

    async def unless_one_dies(self, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        """Return what `work` returns; raise ChildDied, and cancel it, as soon as one of the processes ends."""
        task = asyncio.create_task(work)
        deaths = [asyncio.create_task(each.died()) for each in self.children]
        try:
            await asyncio.wait([task, *deaths], return_when=asyncio.FIRST_COMPLETED)
            if not task.done() or task.exception():
                await self._blame(deaths)
            return await task
        finally:
            await _cancel([task, *deaths])

    async def give_up(self) -> None:
        """Stop those behind the gateway at once, so that it tells its clients of a failure instead of waiting."""
        *behind, _ = self.children
        await asyncio.gather(*(each.stop(HURRY_SECONDS) for each in behind))

    async def _blame(self, deaths: list[asyncio.Task[None]]) -> None:
        """Raise ChildDied when a process has ended: it explains whatever else went wrong."""
        for each, death in zip(self.children, deaths, strict=True):
            if each.process.returncode is not None:
                await death


@asynccontextmanager
async def system(layout: Layout, listener: Listener, ready: Ready) -> AsyncGenerator[System, None]:
    """Run the four processes of `layout` inside the block; enter it when all are healthy.

    Raises PortsTaken before anything is started, ChildDied when one ends before it is healthy. However the block is
    left, all four are gone afterwards; cancelling once more while they stop hurries the one that is being stopped.
    """
    require_free(layout)
    async with AsyncExitStack() as stack:
        children = [await stack.enter_async_context(_start(part, layout, listener)) for part in PARTS]
        running = System(layout, children)
        await running.unless_one_dies(_all_healthy(layout, ready))
        try:
            yield running
        except ChildDied:
            await running.give_up()
            raise


def _start(part: Part, layout: Layout, listener: Listener) -> AbstractAsyncContextManager[Child]:
    command = layout.commands[part.section]
    return child(part.section, command, layout.environment, listener, layout.grace_seconds)


async def _all_healthy(layout: Layout, ready: Ready) -> None:
    async def one(part: Part) -> None:
        await healthy(part, layout)
        ready(part)

    await asyncio.gather(*map(one, PARTS))


async def _cancel(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
