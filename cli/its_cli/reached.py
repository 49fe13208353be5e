"""The gateway that a command asks: the one it was given, the one that runs here, or one started for the command."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from its_cli.gateway_url import gateway_url
from its_cli.layout import Layout, configured, free, moved
from its_cli.loading import load
from its_cli.own import own_system
from its_cli.part import GATEWAY


@dataclass(frozen=True, slots=True)
class Reached:
    """A gateway, and how to work with it."""

    url: str
    do: Callable[[Coroutine[Any, Any, None]], Coroutine[Any, Any, None]]
    """Awaits the work, and raises ChildDied as soon as a process that was started for it ends."""


@asynccontextmanager
async def reached(url: str | None, config: Path | None, console: Console) -> AsyncGenerator[Reached, None]:
    """Yield the gateway at `url`, or without one this machine's, or else that of a system of one's own.

    What is started stops with the block. Raises Failed, ConfigError, PortsTaken and ChildDied.
    """
    given = gateway_url(url) if url else None
    configuration = load(config)
    usual = configured(configuration, config)
    if given or await _listens(usual):
        yield Reached(given or usual.url, _plainly)
        return
    console.print(STARTING, style="dim", soft_wrap=True)
    async with own_system(moved(configuration, config, free()), console) as running:
        yield Reached(running.layout.url, running.unless_one_dies)


async def _plainly(work: Coroutine[Any, Any, None]) -> None:
    await work


async def _listens(layout: Layout) -> bool:
    try:
        _, writer = await asyncio.open_connection(*layout.address(GATEWAY))
    except OSError:
        return False
    writer.close()
    return True


STARTING = "no gateway runs here: starting the services for this command (`its up` keeps them)"
