"""The standing of those who use the engine: who has had how much of it, and what having had little earns.

Least attained service first (Rai, Urvoy-Keller and Biersack 2003, "Analysis of LAS scheduling for job size
distributions with high variance"), in levels, so that those of one level still share batches; between tenants, the
virtual time of start-time fair queueing (Goyal, Vin and Cheng 1996).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Generator, Hashable
from contextlib import contextmanager
from typing import TypeVar

from its_runtime.fairness import Flow

Key = TypeVar("Key", bound=Hashable)

BOUNDS = (64, 512, 4096)
"""Up to how many sampled tokens a flow of priority 1 stays in a level; whoever has had more is in the last one."""
LEVELS = len(BOUNDS) + 1
BURST = 4096.0
"""Tokens by which a tenant may be ahead of another before its new flows are treated like its old ones."""
MOST = 4096
"""Flows and tenants that are remembered; a flow's calls come with pauses between them."""


class Standing:
    """Counts the tokens of flows and of tenants, those of one with priority 2 half."""

    def __init__(self) -> None:
        self._flows: dict[tuple[str, str], float] = {}
        self._tenants: dict[str, float] = {}
        self._inside = Counter[tuple[str, str]]()
        self._active = Counter[str]()

    def enter(self, flow: Flow) -> None:
        """Let a flow use the engine. Having been away is no credit: its tenant is not behind all others."""
        least = min((self._tenants[tenant] for tenant in self._active), default=0.0)
        known = self._tenants.pop(flow.tenant, 0.0)
        self._tenants[flow.tenant] = known if flow.tenant in self._active else max(known, least)
        self._flows[flow.key] = self._flows.pop(flow.key, 0.0)
        self._active[flow.tenant] += 1
        self._inside[flow.key] += 1
        _forget(self._flows, self._inside)
        _forget(self._tenants, self._active)

    @contextmanager
    def inside(self, flow: Flow) -> Generator[None, None, None]:
        """Let a flow use the engine inside the block."""
        self.enter(flow)
        try:
            yield
        finally:
            self.leave(flow)

    def leave(self, flow: Flow) -> None:
        """Note that it uses the engine no more."""
        _less(self._active, flow.tenant)
        _less(self._inside, flow.key)

    def charge(self, flow: Flow, tokens: float) -> None:
        """Note that a flow inside has had so much more."""
        self._flows[flow.key] += tokens / flow.priority
        self._tenants[flow.tenant] += tokens / flow.priority

    def level(self, flow: Flow) -> int:
        """Return the level of a flow inside: 0 for one that has had next to nothing."""
        ahead = self._tenants[flow.tenant] - min(self._tenants[tenant] for tenant in self._active)
        return LEVELS - 1 if ahead > BURST else bisect_right(BOUNDS, self._flows[flow.key])


def _less(counted: Counter[Key], key: Key) -> None:
    counted[key] -= 1
    if not counted[key]:
        del counted[key]


def _forget(kept: dict[Key, float], inside: Counter[Key]) -> None:
    """Forget those that entered longest ago, but for those that are inside."""
    if len(kept) > MOST:
        for key in [key for key in kept if key not in inside][: len(kept) - MOST]:
            del kept[key]
