"""Accuracy against tokens: our algorithms and its_hub's own, on the same generator and reward model.

    make peer-accuracy

its_hub's reach both models through `openai_front.py`, in an environment of its own (`its_hub_algorithms.py`). Both
sample at temperature 1 and end steps with a blank line. A problem's difference is taken against our run of the same
algorithm whose tokens come nearest from below; its interval is a paired bootstrap over problems. Budgets of `DEAR` and
more take fewer problems, every one of which the others have, too.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
import zlib
from collections.abc import Awaitable, Iterable, Sequence
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
EXTRA = {"beam-search": {16: 13, 64: 52}}
"""Budgets of ours as dear as its_hub's: its first round has only as many beams as later ones have children."""
DEAR = 64
BEAM_WIDTH = 4
"""its_hub's budgets are multiples of it."""
SLACK = 1.05
"""Tokens that differ by less than this factor are as good as equal: they are sampled."""


@dataclass(frozen=True)
class Run:
    """What one algorithm with one budget made of all problems."""

    algorithm: str
    budget: int
    correct: dict[str, bool]
    """By the problem's id."""
    tokens: dict[str, int]

    @property
    def mean_tokens(self) -> float:
        """Tokens that were generated for a problem."""
        return statistics.fmean(self.tokens.values())

    @property
    def accuracy(self) -> str:
        """Per cent correct, with its 95 % interval."""
        mean, low, high = (100 * value for value in interval(list(self.correct.values())))
        return f"{mean:.1f} ({low:.1f}–{high:.1f})"

    def among(self, problems: Iterable[str]) -> "Run":
        """Return what it made of some of its problems."""
        rows = [(one, self.correct[one], self.tokens[one]) for one in problems]
        correct, tokens = ({one: values[place] for one, *values in rows} for place in (0, 1))
        return Run(self.algorithm, self.budget, correct, tokens)


def right(text: str, problem: HeldoutProblem) -> bool:
    """Return whether a text has the problem's answer in its box."""
    return rf"\boxed{{{problem.answer}}}" in text


async def ours(stub, algorithm: str, budget: int, problems: Sequence[HeldoutProblem], concurrency: int) -> Run:
    """Run one of our algorithms."""
    gate = asyncio.Semaphore(concurrency)

    async def one(problem: HeldoutProblem) -> tuple[bool, int]:
        seed = 7_000_003 + zlib.crc32(problem.id.encode())
        async with gate:
            answer = await solve(stub, Method(algorithm, algorithm, budget), problem, seed)
        return right(message_of(answer), problem), answer.ledger.completion_tokens

    names = [problem.id for problem in problems]
    rows = await asyncio.gather(*map(one, problems))
    correct, tokens = zip(*rows, strict=True)
    return Run(algorithm, budget, dict(zip(names, correct, strict=True)), dict(zip(names, tokens, strict=True)))


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
    if process.returncode:
        raise SystemExit(f"its_hub's {algorithm} at {budget} failed: what it said stands above")
    texts = {one["key"]: one["text"] for one in map(json.loads, told.splitlines())}
    correct = {problem.id: right(texts[key], problem) for key, problem in keys.items()}
    return Run(algorithm, budget, correct, {problem.id: behind.spent[key] for key, problem in keys.items()})


def rival(run: Run, of: Sequence[Run]) -> Run:
    """Return our run of the same algorithm, on the same problems, with most tokens, but no more than `run`, or least.

    Runs on other problems stand back.
    """
    same = [
        one.among(run.correct)
        for one in of
        if one.algorithm == run.algorithm and one.correct.keys() >= run.correct.keys()
    ]
    affordable = [one for one in same if one.mean_tokens <= SLACK * run.mean_tokens]
    return max(affordable, key=_tokens) if affordable else min(same, key=_tokens)


def _tokens(run: Run) -> float:
    return run.mean_tokens


def row(run: Run, of: Sequence[Run]) -> list[object]:
    """Return a line of the table: theirs, ours at no more tokens, and the difference."""
    against = rival(run, of)
    differences = [against.correct[problem] - correct for problem, correct in run.correct.items()]
    mean, low, high = (100 * value for value in interval(differences))
    name = f"`{run.algorithm}`, {run.budget}"
    spent = [run.accuracy, f"{run.mean_tokens:,.0f}", against.budget, against.accuracy, f"{against.mean_tokens:,.0f}"]
    return [name, len(run.correct), *spent, f"{mean:+.1f} ({low:+.1f} to {high:+.1f})"]


async def main(arguments: argparse.Namespace) -> None:
    """Run both sides in turn and print the table."""
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
        stub = OrchestratorServiceStub(channel)
        for algorithm in arguments.algorithm:
            for budget in arguments.budget:
                problems = heldout()[:: arguments.every * (arguments.dear if budget >= DEAR else 1)]
                how = (problems, arguments.concurrency)
                extra = EXTRA.get(algorithm, {}).get(budget, budget)
                mine += [await told("ours", ours(stub, algorithm, one, *how)) for one in {budget, extra}]
                if algorithm != "beam-search" or budget % BEAM_WIDTH == 0:
                    peers.append(await told("its_hub's", theirs(behind, algorithm, budget, *how)))
    sheet.say("Held-out problems, temperature 1, `its-tiny` judged by `its-tiny-reward`.", "")
    heads = ("its_hub's", "problems", "correct %", "tokens", "our budget", "ours, correct %", "ours, tokens")
    sheet.table([*heads, "ours minus theirs"], [row(run, mine) for run in peers])
    sheet.write(arguments.out)


async def told(whose: str, work: Awaitable[Run]) -> Run:
    """Return the run, and say on standard error what came of it: all of them take a while."""
    began = time.monotonic()
    run = await work
    took = f"{time.monotonic() - began:.0f} s"
    print(
        f"{whose} {run.algorithm}, {run.budget}: {run.accuracy} %, {run.mean_tokens:,.0f} tokens, {took}",
        file=sys.stderr,
    )
    return run


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, help="an its.yaml; absent, the small models in the embedded engine")
    parser.add_argument("--algorithm", nargs="+", default=ALGORITHMS, choices=ALGORITHMS)
    parser.add_argument("--budget", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--every", type=int, default=1, help="take every k-th held-out problem")
    parser.add_argument("--dear", type=int, default=5, help=f"take every k-th of these at budgets of {DEAR} and more")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--out", help="write the result to this file of benchmarks/results, too")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parse()))
