"""Watching what a process can't do without: it ends with it, so that whoever started it starts another."""

import asyncio
from collections.abc import Awaitable, Callable

from its_runtime.server import stopped

SECONDS_BETWEEN_CHECKS = 1.0


async def watched(check: Callable[[], Awaitable[None]]) -> None:
    """Return when the process is told to stop; raise what `check` raises when an engine can no longer answer."""
    stop = asyncio.ensure_future(stopped())
    try:
        while not stop.done():
            await check()
            await asyncio.wait([stop], timeout=SECONDS_BETWEEN_CHECKS)
    finally:
        stop.cancel()
