"""Fairness: whom a piece of work is for, and whose turn it is where several wait.

Between tenants, whoever has least of what is divided now, measured by its priority; within a tenant, the flow that has
least. A flow is what belongs together, such as all calls of one search, so that a small one is not stuck behind a
large one.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from its_runtime.value import value


@value
class Flow:
    """What a piece of work belongs to."""

    tenant: str = ""
    """Opaque; all work without one has one tenant in common."""
    name: str = ""
    priority: int = 1
    """The tenant's share beside others': twice as much with 2 as with 1."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other flows."""
        return self.tenant, self.name


ALONE = Flow()
"""Of work that says nothing."""


class Holdings:
    """How much each tenant and each flow has of what is divided."""

    def __init__(self) -> None:
        self._tenants = Counter[str]()
        self._flows = Counter[tuple[str, str]]()

    def add(self, flow: Flow, amount: int) -> None:
        """Let a flow have so much more, or less."""
        self._tenants[flow.tenant] += amount
        self._flows[flow.key] += amount
        if not self._flows[flow.key]:
            del self._flows[flow.key]
        if not self._tenants[flow.tenant]:
            del self._tenants[flow.tenant]

    def of(self, flow: Flow) -> int:
        """Return how much a flow has."""
        return self._flows[flow.key]

    def turn(self, flow: Flow) -> tuple[float, int]:
        """Return what orders those who wait: the least has its turn."""
        return self._tenants[flow.tenant] / flow.priority, self._flows[flow.key]


class Permits:
    """At most so many at once; more wait for their turn. Belongs to one event loop."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._held = Holdings()
        self._waiting: list[tuple[Flow, asyncio.Future[None]]] = []

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def held(self, flow: Flow) -> AsyncGenerator[None, None]:
        """Hold a permit inside the block."""
        await self._acquire(flow)
        try:
            yield
        finally:
            self._held.add(flow, -1)
            self._free += 1
            self._grant()

    async def _acquire(self, flow: Flow) -> None:
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((flow, granted))
        self._grant()
        try:
            await granted
        except asyncio.CancelledError:
            if granted.cancelled():
                self._waiting = [one for one in self._waiting if one[1] is not granted]
            else:  # it was granted in the same moment: whoever is next has it
                self._held.add(flow, -1)
                self._free += 1
                self._grant()
            raise

    def _grant(self) -> None:
        while self._free and self._waiting:
            place = min(range(len(self._waiting)), key=lambda at: self._held.turn(self._waiting[at][0]))
            flow, granted = self._waiting.pop(place)
            if not granted.done():
                granted.set_result(None)
                self._held.add(flow, 1)
                self._free -= 1
