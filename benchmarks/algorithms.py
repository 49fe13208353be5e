"""Every algorithm at several budgets on the shipped models: `make algorithms`.

Like accuracy.py, whose processes and problems it uses; every k-th held-out problem, one seed each.
"""

import argparse
import asyncio
import statistics
from dataclasses import dataclass
from pathlib import Path

from accuracy import Method, interval, message_of, orchestrator, solve
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from its.orchestrator.v1 import orchestrator_pb2_grpc
from its_models import HeldoutProblem, heldout
from its_orchestrator.algorithms import BUILTIN
from its_runtime.channel import open_channel


@dataclass(frozen=True)
class Spent:
    """What one algorithm made of one problem, and at what cost."""

    correct: bool
    tokens: int
    reward_tokens: int
    """Tokens that the reward model had to read: those that it had in its cache not counted."""
    judge_tokens: int
    """Tokens that the policy wrote as a judge, a critic or a planner; they are among `tokens`."""
    seconds: float


async def main() -> None:
    """Run every algorithm at every budget and write the table."""
    arguments = parse()
    problems = heldout()[:: arguments.every]
    rows: list[str] = []
    async with orchestrator(arguments.orchestrator) as address, open_channel(address) as channel:
        stub = orchestrator_pb2_grpc.OrchestratorServiceStub(channel)
        columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            for name in arguments.algorithm or [kind.name for kind in BUILTIN]:
                for budget in arguments.budget:
                    task = progress.add_task(f"{name}, {budget}", total=len(problems))
                    method = Method(name, name, budget, None)
                    spent = await run(stub, method, problems, arguments, lambda t=task: progress.advance(t))
                    rows.append(row(name, budget, spent))
                    if arguments.out:
                        Path(arguments.out).write_text(render(rows, arguments, len(problems)), encoding="utf-8")
    print(render(rows, arguments, len(problems)))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orchestrator", help="host:port of a running one; without it, four processes are started")
    parser.add_argument("--algorithm", action="append", help="only this one; may be given several times")
    parser.add_argument("--budget", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--every", type=int, default=5, help="take every k-th held-out problem")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--out", help="write the table to this file too")
    return parser.parse_args()


async def run(stub, method, problems, arguments, done) -> list[Spent]:
    """Solve every problem with `method`, a few at a time, in the problems' order."""
    gate = asyncio.Semaphore(arguments.concurrency)

    async def one(number: int, problem: HeldoutProblem) -> Spent:
        async with gate:
            answer = await solve(stub, method, problem, arguments.seed * 100_003 + number)
            done()
        ledger = answer.ledger
        read = ledger.reward_tokens - ledger.cached_reward_tokens
        correct = rf"\boxed{{{problem.answer}}}" in message_of(answer)
        return Spent(correct, ledger.completion_tokens, read, ledger.judge_tokens, ledger.seconds)

    return list(await asyncio.gather(*(one(n, problem) for n, problem in enumerate(problems))))


def row(name: str, budget: int, spent: list[Spent]) -> str:
    """Return one row of the table."""
    mean, low, high = (100 * value for value in interval([one.correct for one in spent]))
    fields = ("tokens", "reward_tokens", "judge_tokens", "seconds")
    *counts, seconds = (statistics.fmean(getattr(one, field) for one in spent) for field in fields)
    costs = " | ".join(f"{count:,.0f}" for count in counts)
    return f"| `{name}` | {budget} | {mean:.0f} | {low:.0f}–{high:.0f} | {costs} | {seconds:.2f} |"


def render(rows: list[str], arguments: argparse.Namespace, problems: int) -> str:
    """Return the report as Markdown."""
    budgets = " ".join(map(str, arguments.budget))
    command = f"python benchmarks/algorithms.py --every {arguments.every} --budget {budgets} --seed {arguments.seed}"
    return "\n".join(
        [
            "# Every algorithm on the shipped models",
            "",
            f"`{command}`:",
            f"policy `its-tiny`, reward `its-tiny-reward`, {problems} held-out problems, every algorithm's defaults,",
            f"{arguments.concurrency} requests at a time. Reward tokens are those read anew. Judge tokens are what the",
            "policy wrote as a judge, critic or planner, among the tokens generated: the small one can do neither, so",
            "that algorithms that ask for it fall back to votes. Seconds are wall seconds of one request beside the",
            "others, on two shared cores.",
            "",
            "| algorithm | budget | correct % | 95 % interval | tokens | reward tokens | judge tokens | seconds |",
            "|---|---:|---:|---|---:|---:|---:|---:|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    asyncio.run(main())
