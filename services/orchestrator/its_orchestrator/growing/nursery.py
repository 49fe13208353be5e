"""The nursery of one search: steps that grow ahead of the decision whether they are wanted."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from its_orchestrator.candidate import Candidate
from its_orchestrator.engines import Scored

Grow = Callable[[Sequence[Candidate]], AsyncGenerator[Candidate]]
"""Yields each of some candidates a step longer; closing it stops the others."""
Score = Callable[[Candidate], "asyncio.Future[Scored | None] | None"]
"""Asks for the score of a candidate; None for one that nobody may have."""


@dataclass(frozen=True, slots=True)
class Seedling:
    """What is to grow by a step."""

    start: Candidate
    """What it grows from, under the seedling's own name."""
    parent: str = ""
    """The seedling that it continues; empty for none."""


class Nursery:
    """Grows seedlings, each in its own time, and has them scored as they end. Leaving it stops them all."""

    def __init__(self, grow: Grow, score: Score) -> None:
        self.grown: dict[str, Candidate] = {}
        """What has grown its step, by name."""
        self.settled: dict[str, Candidate | None] = {}
        """What will not change any more: as it was scored, or grew without a score to be had; None where it failed."""
        self._grow = grow
        self._score = score
        self._parents: dict[str, str] = {}
        self._growing: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: BaseException | None = None
        self._turned = asyncio.Event()

    @property
    def growing(self) -> Sequence[str]:
        """Names of those that are on their way."""
        return tuple(self._growing)

    def knows(self, name: str) -> bool:
        """Tell whether a seedling was started, and not given up."""
        return name in self._growing or name in self.grown or name in self.settled

    def start(self, seedlings: Sequence[Seedling]) -> None:
        """Let seedlings grow, in one call: only one that is started by itself can be given up by itself."""
        task = asyncio.get_running_loop().create_task(self._tend([one.start for one in seedlings]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        for one in seedlings:
            self._growing[one.start.id] = task
            self._parents[one.start.id] = one.parent

    def give_up(self, name: str) -> None:
        """Stop a seedling's call; nothing more is known of it, and it may be started again."""
        self._growing.pop(name).cancel()

    async def turn(self) -> None:
        """Wait until something has grown, failed or been scored. Raises what broke, if it was no engine."""
        await self._turned.wait()
        self._turned.clear()
        if self._broken:
            raise self._broken

    async def __aenter__(self) -> "Nursery":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _tend(self, starts: Sequence[Candidate]) -> None:
        try:
            async with aclosing(self._grow(starts)) as grown:
                async for candidate in grown:
                    self._take(candidate)
            for start in starts:
                if self._growing.pop(start.id, None):
                    self.settled[start.id] = None
        except Exception as error:  # noqa: BLE001  (raised where the search waits)
            self._broken = error
        finally:
            self._turned.set()

    def _take(self, candidate: Candidate) -> None:
        """Have a candidate scored, whose parent's step values may have come while it grew."""
        self._growing.pop(candidate.id, None)
        parent = self.settled.get(self._parents[candidate.id])
        if parent is not None and len(parent.step_scores) > len(candidate.step_scores):
            candidate = candidate.but(step_scores=parent.step_scores, score=parent.score)
        self.grown[candidate.id] = candidate
        self._turned.set()
        asked = self._score(candidate)
        if asked is None:
            self.settled[candidate.id] = None
        else:
            asked.add_done_callback(partial(self._settle, candidate))

    def _settle(self, candidate: Candidate, result: "asyncio.Future[Scored | None]") -> None:
        self._broken = result.exception() or self._broken
        scored = None if self._broken else result.result()
        self.settled[candidate.id] = None
        if scored is not None and scored.value is not None:
            self.settled[candidate.id] = candidate.scored(scored.value, scored.step_values)
        self._turned.set()
