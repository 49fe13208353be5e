"""The contest asks every method about every problem, and counts what is right and what was spent."""

import io
from typing import Any

from rich.console import Console

from its_cli.client import gateway
from its_cli.contest import contest, scores_table, telling
from its_cli.method import METHODS, Score
from its_models import HeldoutProblem

PROBLEMS = [HeldoutProblem(str(n), "sums", f"{n} + {n}?", str(2 * n), 2) for n in (1, 2, 3)]


async def test_every_method_is_asked_about_every_problem_and_graded_by_the_last_box(scripted: Any, completion: Any):
    scripted.reply = lambda asked: (200, completion(_guess(asked), tokens=asked["budget"]))
    async with gateway(scripted.url, "none") as client:
        scores = await contest(client, PROBLEMS, Console(file=io.StringIO()))

    asked = {(one["algorithm"], one["budget"], one["messages"][0]["content"]) for one in scripted.asked}
    assert len(asked) == len(scripted.asked) == len(METHODS) * len(PROBLEMS)
    assert [(score.correct, score.tokens) for score in scores] == [(1, 3), (3, 48), (3, 48), (3, 48)]


async def test_the_table_says_how_many_of_how_many(scripted: Any, completion: Any):
    scripted.reply = lambda _: (200, completion("no box"))
    console = Console(file=io.StringIO(), width=100)
    async with gateway(scripted.url, "none") as client:
        console.print(scores_table(await contest(client, PROBLEMS, Console(file=io.StringIO()))))

    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count("0 of 3") == len(METHODS)


def test_the_problem_to_tell_of_is_one_that_only_more_compute_solved():
    before, after = (Score(METHODS[0], solved, 0, 0.0) for solved in ((True, False, True), (True, True, False)))

    assert telling([before, after], PROBLEMS) is PROBLEMS[1]
    assert telling([after, after], PROBLEMS) is PROBLEMS[0]


def _guess(asked: dict[str, Any]) -> str:
    """Answer rightly with a large budget; with one sample, right for one problem only."""
    number = int(asked["messages"][0]["content"].split()[0])
    right = asked["budget"] > 1 or number == 1
    return rf"first \boxed{{99}}, then \boxed{{{2 * number if right else 0}}}"
