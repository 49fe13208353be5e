"""A contest: every method on the same problems, through the gateway, several requests at a time."""

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from its_checking import last_boxed
from its_cli.method import METHODS, Method, Score
from its_cli.question import Question
from its_models import HeldoutProblem

if TYPE_CHECKING:
    from openai import AsyncOpenAI

AT_ONCE = 4
"""Requests under way at the same time."""
SEED = 7


async def contest(client: "AsyncOpenAI", problems: Sequence[HeldoutProblem], console: Console) -> list[Score]:
    """Return how each method did on `problems`; a bar on `console` shows how far it is."""
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        return [await _score(client, method, problems, progress) for method in METHODS]


def scores_table(scores: Sequence[Score]) -> Table:
    """Return the contest's outcome as a table."""
    table = Table("method", "budget", "correct", "tokens spent", "seconds")
    for score in scores:
        correct = f"{score.correct} of {len(score.solved)}"
        row = (score.method.name, str(score.method.budget), correct, f"{score.tokens:,}", f"{score.seconds:.1f}")
        table.add_row(*row)
    return table


def telling(scores: Sequence[Score], problems: Sequence[HeldoutProblem]) -> HeldoutProblem:
    """Return the longest problem that the first method missed and the last one solved, or else the longest."""
    missed, solved = scores[0].solved, scores[-1].solved
    gained = [one for one, before, after in zip(problems, missed, solved, strict=True) if after and not before]
    return max(gained or problems, key=lambda problem: problem.steps)


async def _score(
    client: "AsyncOpenAI", method: Method, problems: Sequence[HeldoutProblem], progress: Progress
) -> Score:
    bar, places, began = progress.add_task(method.name, total=len(problems)), asyncio.Semaphore(AT_ONCE), _now()

    async def solve(problem: HeldoutProblem) -> tuple[bool, int]:
        async with places:
            outcome = _grade(problem, await _ask(client, method, problem))
        progress.advance(bar)
        return outcome

    right, tokens = zip(*await asyncio.gather(*map(solve, problems)), strict=True)
    return Score(method, tuple(right), sum(tokens), _now() - began)


async def _ask(client: "AsyncOpenAI", method: Method, problem: HeldoutProblem) -> dict[str, Any]:
    # The SDK takes a second to import, which the other commands need not wait for.
    from its_cli.client import completion  # noqa: PLC0415

    return await completion(client, Question(problem.problem, method.algorithm, method.budget, SEED))


def _grade(problem: HeldoutProblem, answer: dict[str, Any]) -> tuple[bool, int]:
    """Return whether the answer is right, and the tokens that were generated for it."""
    text: str = answer["choices"][0]["message"].get("content") or ""
    return last_boxed(text) == problem.answer, answer["usage"]["completion_tokens"]


def _now() -> float:
    return time.perf_counter()
