"""The fair queue: who waits for one passage isn't stuck behind who waits for a thousand."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from its_reward.engine import Passage
from its_reward.engines.embedded.reader import Pages
from its_runtime.fairness import Flow, Holdings


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """A caller who waits for one passage."""

    passage: Passage
    read: Callable[[Pages], Any]
    """Runs in the engine's thread, so that logits never leave it."""
    answer: asyncio.Future[Any]


class FairQueue:
    """Those who wait: tenants by their priority, the flows of each in turn, and those of a flow as they came."""

    def __init__(self) -> None:
        self._turns = OrderedDict[Flow, deque[Wait]]()

    def __len__(self) -> int:
        return sum(map(len, self._turns.values()))

    def put(self, wait: Wait) -> None:
        """Let someone wait."""
        self._turns.setdefault(wait.passage.flow, deque()).append(wait)

    def take(self, most: int) -> list[Wait]:
        """Return at most `most` of those whose turn it is; those who have left are dropped.

        Where several flows wait it is fewer, so that one who comes now waits for a short batch.
        """
        taken, holdings = list[Wait](), Holdings()
        most = most if len(self._turns) < SEVERAL else min(most, CROWDED)
        while self._turns and len(taken) < most:
            flow = min(self._turns, key=holdings.turn)
            waits = self._turns.pop(flow)
            wait = waits.popleft()
            if waits:
                self._turns[flow] = waits
            if not wait.answer.cancelled():
                taken.append(wait)
                holdings.add(flow, 1)
        return taken


SEVERAL = 2
CROWDED = 16
"""Most that are taken at once where several flows wait: a batch of them reads nearly as fast as a larger one."""
