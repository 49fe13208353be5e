"""The fair queue: who waits for one passage isn't stuck behind who waits for a thousand."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from its_reward.engine import Passage
from its_reward.engines.embedded.reader import Pages


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """A caller who waits for one passage."""

    passage: Passage
    read: Callable[[Pages], Any]
    """Runs in the engine's thread, so that logits never leave it."""
    answer: asyncio.Future[Any]


class FairQueue:
    """Those who wait, taken in turn from each prompt; of one prompt, in the order they came."""

    def __init__(self) -> None:
        self._turns = OrderedDict[tuple[int, ...], deque[Wait]]()

    def __len__(self) -> int:
        return sum(map(len, self._turns.values()))

    def put(self, wait: Wait) -> None:
        """Let someone wait."""
        prompt = wait.passage.ids[: wait.passage.cuts[0]]
        self._turns.setdefault(prompt, deque()).append(wait)

    def take(self, most: int) -> list[Wait]:
        """Return at most `most` of those whose turn it is; those who have left are dropped."""
        taken = list[Wait]()
        while self._turns and len(taken) < most:
            prompt, waits = self._turns.popitem(last=False)
            wait = waits.popleft()
            if waits:
                self._turns[prompt] = waits
            if not wait.answer.cancelled():
                taken.append(wait)
        return taken
