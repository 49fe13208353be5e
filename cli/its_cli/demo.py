"""`its demo`: real problems, four real processes, and what more compute buys."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from its_cli.contest import SEED, contest, scores_table, telling
from its_cli.exits import explained
from its_cli.layout import free, moved
from its_cli.loading import load
from its_cli.memory import resident_bytes
from its_cli.own import own_system
from its_cli.part import ORCHESTRATOR
from its_cli.question import Question
from its_cli.search import show_search
from its_cli.system import System
from its_cli.typed import typed
from its_models import HeldoutProblem, heldout

PROBLEMS = 12
PARTICLES = 4
"""Few enough to follow each."""


def demo() -> None:
    """Solve a dozen problems with one sample, and with three ways to spend sixteen; then show one search closely.

    Starts the four processes on free ports, with the small models that ship, and stops them at the end.
    """
    with explained():
        asyncio.run(_demo(Console(highlight=False)))


async def _demo(console: Console) -> None:
    layout = moved(load(None), None, free())
    async with own_system(layout, console) as running:
        console.print(f"four processes run; the gateway is at {layout.url}/v1", style="bold")
        await running.unless_one_dies(_show(running, heldout()[:PROBLEMS], console))
    console.print(NEXT.format(its=typed(Path(sys.argv[0]), Path.cwd())), soft_wrap=True)


async def _show(running: System, problems: Sequence[HeldoutProblem], console: Console) -> None:
    # The SDK takes a second to import, which the other commands need not wait for.
    from its_cli.client import gateway  # noqa: PLC0415

    console.print(f"\n{len(problems)} held-out problems, such as:\n  {problems[0].problem}\n")
    async with gateway(running.layout.url, "none") as client:
        scores = await contest(client, problems, console)
    shown = telling(scores, problems)
    console.print(f"\nOne search, with {PARTICLES} particles:\n  {shown.problem}\n")
    question = Question(shown.problem, "particle-filtering", PARTICLES, SEED)
    await show_search(str(running.layout.address(ORCHESTRATOR)), question, console)
    console.print(f"The right answer is {shown.answer}.\n", scores_table(scores), _memory(running))


def _memory(running: System) -> str:
    resident = resident_bytes(child.process.pid for child in running.children)
    return f"memory of the four processes: {resident / 2**20:,.0f} MiB" if resident else ""


NEXT = """
Where to go next:
  {its} up                                     the services, until Ctrl-C; watch searches on the page that it names
  {its} ask "What is (7-6+8)*5?" --budget 16   one question
  {its} algorithms                             what there is beside those above
"""
