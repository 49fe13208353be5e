"""The time limit of one call of a tool: its own, or what the run has left."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from its_orchestrator.components.session import Session
from its_runtime.errors import DeadlinePassed

Result = TypeVar("Result")


async def in_time(work: Awaitable[Result], seconds: float, session: Session, what: str) -> Result:
    """Return what `work` returns. Raises DeadlinePassed when it, or the run, takes too long."""
    left = session.watch.left
    try:
        async with asyncio.timeout(seconds if left is None else min(left, seconds)):
            return await work
    except TimeoutError:
        raise session.refusal() or DeadlinePassed(
            f"{what} returned nothing within {seconds:g} s; try again, or allow it more time"
        ) from None
