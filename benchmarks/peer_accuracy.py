"""Accuracy against tokens: our algorithms and its_hub's own, on the same generator and reward model.

    make bench
    python benchmarks/peer_accuracy.py --out peer_accuracy.md

its_hub's reach both models through `openai_front.py`, in an environment of its own (`its_hub_algorithms.py`). Both
sample at temperature 1 and end steps with a blank line. A problem's difference is taken against our run of the same
algorithm whose tokens come nearest from below; its interval is a paired bootstrap over problems.
"""

import argparse
import asyncio
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from accuracy import Method, interval, message_of, solve
from gateway_cost import PEER
from openai_front import Front, front
from rich.console import Console
from sheet import Sheet

from its.orchestrator.v1.orchestrator_pb2_grpc import OrchestratorServiceStub
from its_cli.layout import free, moved
from its_cli.loading import load
from its_cli.own import own_system
from its_cli.part import GENERATOR, ORCHESTRATOR, REWARD
from its_models import HeldoutProblem, heldout
from its_runtime.channel import open_channel

ALGORITHMS = ("self-consistency", "best-of-n", "beam-search", "particle-filtering")
PORT = 19409
EXTRA = {"beam-search": 13}
"""A budget of ours as dear as its_hub's 16: its first round has only as many beams as later ones have children."""
SLACK = 1.05
"""Tokens that differ by less than this factor are as good as equal: they are sampled."""


@dataclass(frozen=True)
class Run:
    """What one algorithm with one budget made of all problems."""

    algorithm: str
    budget: int
    correct: list[bool]
    tokens: list[int]

    @property
    def mean_tokens(self) -> float:
        """Tokens that were generated for a problem."""
        return statistics.fmean(self.tokens)

    @property
    def accuracy(self) -> str:
        """Per cent correct, with its 95 % interval."""
        mean, low, high = (100 * value for value in interval(self.correct))
        return f"{mean:.0f} ({low:.0f}–{high:.0f})"


def right(text: str, problem: HeldoutProblem) -> bool:
    """Return whether a text has the problem's answer in its box."""
    return rf"\boxed{{{problem.answer}}}" in text


async def ours(stub, algorithm: str, budget: int, problems: Sequence[HeldoutProblem], concurrency: int) -> Run:
    """Run one of our algorithms."""
    gate = asyncio.Semaphore(concurrency)

    async def one(number: int, problem: HeldoutProblem) -> tuple[bool, int]:
        async with gate:
            answer = await solve(stub, Method(algorithm, algorithm, budget), problem, 7_000_003 + number)
        return right(message_of(answer), problem), answer.ledger.completion_tokens

    rows = await asyncio.gather(*(one(number, problem) for number, problem in enumerate(problems)))
    return Run(algorithm, budget, *map(list, zip(*rows, strict=True)))


async def theirs(behind: Front, algorithm: str, budget: int, problems: Sequence[HeldoutProblem], concurrency: int):
    """Run one of its_hub's."""
    keys = {f"{algorithm}-{budget}-{problem.id}": problem for problem in problems}
    orders = [
        {"key": key, "problem": one.problem, "algorithm": algorithm, "budget": budget} for key, one in keys.items()
    ]
    command = (str(PEER / "python"), "benchmarks/its_hub_algorithms.py", f"http://127.0.0.1:{PORT}", str(concurrency))
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    process = await asyncio.create_subprocess_exec(*command, **pipes)
    told, _ = await process.communicate("\n".join(map(json.dumps, orders)).encode())
    texts = {one["key"]: one["text"] for one in map(json.loads, told.splitlines())}
    correct = [right(texts[key], problem) for key, problem in keys.items()]
    return Run(algorithm, budget, correct, [behind.spent[key] for key in keys])


def rival(run: Run, of: Sequence[Run]) -> Run:
    """Return our run of the same algorithm that has most tokens, but no more than `run`; or else the least."""
    same = sorted((one for one in of if one.algorithm == run.algorithm), key=lambda one: one.mean_tokens)
    affordable = [one for one in same if one.mean_tokens <= SLACK * run.mean_tokens]
    return affordable[-1] if affordable else same[0]


def row(run: Run, of: Sequence[Run]) -> list[object]:
    """Return a line of the table: theirs, ours at no more tokens, and the difference."""
    against = rival(run, of)
    mean, low, high = (
        100 * value for value in interval([a - b for a, b in zip(against.correct, run.correct, strict=True)])
    )
    name = f"`{run.algorithm}`, {run.budget}"
    spent = [run.accuracy, f"{run.mean_tokens:,.0f}", against.budget, against.accuracy, f"{against.mean_tokens:,.0f}"]
    return [name, *spent, f"{mean:+.0f} ({low:+.0f} to {high:+.0f})"]


async def main(arguments: argparse.Namespace) -> None:
    """Run both sides in turn and print the table."""
    problems = heldout()[:: arguments.every]
    sheet = Sheet(
        "Accuracy against tokens, beside its_hub's own algorithms", ("its", "onnxruntime"), ("its_hub 1.2.0",)
    )
    layout = moved(load(arguments.config), None, free())
    at = {part: str(layout.address(part)) for part in (GENERATOR, REWARD, ORCHESTRATOR)}
    mine: list[Run] = []
    peers: list[Run] = []
    async with (
        own_system(layout, Console(stderr=True)),
        open_channel(at[ORCHESTRATOR]) as channel,
        front(at[GENERATOR], at[REWARD], PORT) as behind,
    ):
        for algorithm in arguments.algorithm:
            for budget in sorted({*arguments.budget, EXTRA.get(algorithm, 1)}):
                how = (algorithm, budget, problems, arguments.concurrency)
                mine.append(await ours(OrchestratorServiceStub(channel), *how))
                if budget in arguments.budget and (algorithm != "beam-search" or budget % 4 == 0):
                    peers.append(await theirs(behind, *how))
    sheet.say(f"{len(problems)} held-out problems, temperature 1, `its-tiny` judged by `its-tiny-reward`.", "")
    heads = ["its_hub's", "correct %", "tokens", "our budget", "ours, correct %", "ours, tokens", "ours minus theirs"]
    sheet.table(heads, [row(run, mine) for run in peers])
    sheet.write(arguments.out)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, help="an its.yaml; absent, the small models in the embedded engine")
    parser.add_argument("--algorithm", nargs="+", default=ALGORITHMS, choices=ALGORITHMS)
    parser.add_argument("--budget", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--every", type=int, default=5, help="take every k-th held-out problem")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--out", help="write the result to this file of benchmarks/results, too")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parse()))
