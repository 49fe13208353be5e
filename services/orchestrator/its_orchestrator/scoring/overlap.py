"""Overlap: candidates are scored while their siblings still grow."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from its_orchestrator.candidate import Candidate
from its_orchestrator.engines import Scored
from its_orchestrator.scoring.scorer import Scorer

Arrival = tuple[Candidate, Scored | None]


class Overlap:
    """Reads candidates from a source and asks for their scores as they come."""

    def __init__(self, source: AsyncGenerator[Candidate], scorer: Scorer) -> None:
        self._source = source
        self._scorer = scorer
        self._arrivals: asyncio.Queue[Arrival | None] = asyncio.Queue()
        self._waiting = 1
        """Scores that haven't come, and one for the source while it runs."""

    async def arrivals(self) -> AsyncGenerator[Arrival]:
        """Yield each candidate with its score as that comes, or with None where it failed."""
        reader = asyncio.create_task(self._read())
        try:
            while (arrival := await self._arrivals.get()) is not None:
                yield arrival
            await reader
        finally:
            reader.cancel()
            await asyncio.wait({reader})

    async def _read(self) -> None:
        try:
            async with aclosing(self._source) as candidates:
                async for candidate in candidates:
                    self._waiting += 1
                    self._scorer.ask(candidate).add_done_callback(partial(self._arrive, candidate))
        finally:
            self._leave()

    def _arrive(self, candidate: Candidate, result: "asyncio.Future[Scored | None]") -> None:
        self._arrivals.put_nowait((candidate, result.result()))
        self._leave()

    def _leave(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._arrivals.put_nowait(None)
