"""Running what is missing: several requests at a time, each row in the journal as soon as it is graded."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from its_checking import Checker
from its_cli.evaluating.grading import graded
from its_cli.evaluating.job import Job
from its_cli.evaluating.journal import Journal
from its_cli.evaluating.progress import Bar
from its_cli.exits import FAILED, Failed, TooMany

PATIENCE_SECONDS = 120.0
"""How long a gateway's limits are waited for; what takes longer, such as tomorrow's quota, ends the command."""
HURT = "failures"
"""What stopped a run that goes on with what didn't fail."""
EARLY = 20
"""Rows after which it shows whether answers have final ones at all."""
BOXLESS = (
    r"\boxed{…}, so that all count as wrong; ask for it with "
    r"--system 'Reason step by step, and put your final answer within \boxed{}.'"
)
Ask = Callable[[Job], Awaitable[dict[str, Any]]]
"""Returns a job's completion; raises Failed."""


class Running:
    """Asks and grades jobs, and keeps the rows."""

    def __init__(self, ask: Ask, checker: Checker, journal: Journal, bar: Bar) -> None:
        self._ask = ask
        self._checker = checker
        self._journal = journal
        self._bar = bar
        self._failures: list[str] = []
        self._written = self._final = 0

    async def run(self, jobs: Sequence[Job], concurrency: int) -> None:
        """Run all jobs, at most `concurrency` at a time.

        A job that a service fails, wholly or in part, is left out, so that it is missing still. Raises Failed at once
        where the gateway refuses one or is gone, and in the end where some were left out.
        """
        waiting = iter(jobs)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(concurrency):
                    group.create_task(self._work(waiting))
        except ExceptionGroup as error:
            raise error.exceptions[0] from error
        if self._written < EARLY:
            self._warn()
        if self._failures:
            told = f"{len(self._failures)} of {len(jobs)} rows are missing: {self._failures[0]}"
            raise Failed(f"{told}; run the command again to try only them")

    async def _work(self, waiting: Iterator[Job]) -> None:
        for job in waiting:
            try:
                await self._one(job)
            except Failed as error:
                if error.status != FAILED:
                    raise
                self._failures.append(str(error))

    async def _admitted(self, job: Job) -> dict[str, Any]:
        """Return a job's completion, asked for again where the gateway says that it was one too many for now."""
        while True:
            try:
                return await self._ask(job)
            except TooMany as error:
                if error.after > PATIENCE_SECONDS:
                    raise
                await asyncio.sleep(error.after)

    async def _one(self, job: Job) -> None:
        started, began = datetime.now(UTC).isoformat(), time.perf_counter()
        completion = await self._admitted(job)
        row = await graded(job, completion, started, time.perf_counter() - began, self._checker)
        if row.stopped_by == HURT:
            raise Failed(
                f"{row.problem}: a service failed part of {row.algorithm}, so that its answer tells too little"
            )
        self._journal.append(row)
        self._bar.advance(right=row.right)
        self._written, self._final = self._written + 1, self._final + (row.final_answer is not None)
        if self._written == EARLY:
            self._warn()

    def _warn(self) -> None:
        if self._written and not self._final:
            self._bar.note(f"none of {self._written} answers has a final one, {BOXLESS}")
