"""Accuracy of the shipped models through the real services: `make accuracy`.

Every figure comes from `Solve` calls against four processes started for it, or a running orchestrator, over the
held-out problems, at temperature 1 unless it says greedy. Intervals are 95 % bootstrap intervals over problems.
"""

import argparse
import asyncio
import statistics
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from its.chat.v1 import chat_pb2, sampling_pb2
from its.orchestrator.v1 import answer_pb2, orchestrator_pb2, orchestrator_pb2_grpc
from its_cli.layout import free, moved
from its_cli.loading import load
from its_cli.own import own_system
from its_cli.part import ORCHESTRATOR
from its_cli.reporting.intervals import estimate
from its_models import HeldoutProblem, heldout
from its_runtime.calls import responses
from its_runtime.channel import open_channel


@dataclass(frozen=True)
class Method:
    """One row of the table."""

    title: str
    algorithm: str
    budget: int
    temperature: float | None = 1.0
    """None leaves it to the algorithm."""


@dataclass(frozen=True)
class Solved:
    """What one method made of one problem."""

    correct: bool
    tokens: int
    share: float
    """Share of the candidates that are right."""
    auc: float | None
    """Chance that a right candidate is scored above a wrong one; None where there are not both."""


METHODS = (
    Method("greedy", "self-consistency", 1, 0.0),
    Method("one sample", "self-consistency", 1),
    Method("self-consistency, 4", "self-consistency", 4),
    Method("self-consistency, 16", "self-consistency", 16),
    Method("best-of-n, 4", "best-of-n", 4),
    Method("best-of-n, 16", "best-of-n", 16),
    Method("beam search, 16", "beam-search", 16),
    Method("particle filtering, 4", "particle-filtering", 4),
    Method("particle filtering, 16", "particle-filtering", 16),
)


async def main() -> None:
    """Run every method on every problem and write the table."""
    arguments = parse()
    problems = heldout()[: arguments.problems]
    table: dict[str, list[Solved]] = {}
    async with orchestrator(arguments.orchestrator) as address, open_channel(address) as channel:
        stub = orchestrator_pb2_grpc.OrchestratorServiceStub(channel)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns) as progress:
            for method in METHODS:
                task = progress.add_task(method.title, total=len(problems))
                table[method.title] = await run(stub, method, problems, arguments, lambda t=task: progress.advance(t))
    text = render(table, arguments)
    print(text)
    if arguments.out:
        Path(arguments.out).write_text(text, encoding="utf-8")


@asynccontextmanager
async def orchestrator(address: str | None) -> AsyncGenerator[str, None]:
    """Yield the address of the orchestrator to ask."""
    if address:
        yield address
        return
    layout = moved(load(None), None, free())
    async with own_system(layout, Console(stderr=True)):
        yield str(layout.address(ORCHESTRATOR))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orchestrator", help="host:port of a running one; without it, four processes are started")
    parser.add_argument("--problems", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--out", help="write the table to this file too")
    return parser.parse_args()


async def run(stub, method, problems, arguments, done) -> list[Solved]:
    """Solve every problem with `method`, a few at a time, in the problems' order."""
    gate = asyncio.Semaphore(arguments.concurrency)

    async def one(number: int, problem: HeldoutProblem) -> Solved:
        async with gate:
            answer = await solve(stub, method, problem, arguments.seed * 100_003 + number)
            done()
            return grade(answer, problem)

    return list(await asyncio.gather(*(one(n, problem) for n, problem in enumerate(problems))))


async def solve(stub, method: Method, problem: HeldoutProblem, seed: int) -> answer_pb2.Answer:
    """Return the orchestrator's answer to one problem."""
    message = chat_pb2.Message(role=chat_pb2.ROLE_USER, content=[chat_pb2.ContentPart(text=problem.problem)])
    request = orchestrator_pb2.SolveRequest(
        request_id=f"accuracy-{method.algorithm}-{method.budget}-{problem.id}-{seed}",
        conversation=chat_pb2.Conversation(messages=[message]),
        algorithm=method.algorithm,
        budget=answer_pb2.Budget(samples=method.budget),
        sampling=sampling_pb2.Sampling(temperature=method.temperature, seed=seed),
    )
    async with aclosing(responses(stub.Solve(request, timeout=600), "orchestrator")) as stream:
        async for response in stream:
            if response.event.HasField("answer"):
                return response.event.answer
    raise RuntimeError("the stream ended without an answer")


def message_of(answer: answer_pb2.Answer) -> str:
    """Return what the assistant says."""
    return "".join(part.text for part in answer.message.content)


def grade(answer: answer_pb2.Answer, problem: HeldoutProblem) -> Solved:
    """Compare the answer, and every candidate, with the problem's."""
    chosen = next(candidate for candidate in answer.candidates if candidate.chosen)
    right = [candidate.final_answer == problem.answer for candidate in answer.candidates]
    scores = [candidate.score if candidate.HasField("score") else None for candidate in answer.candidates]
    return Solved(
        correct=chosen.final_answer == problem.answer,
        tokens=answer.ledger.completion_tokens,
        share=sum(right) / len(right),
        auc=area(right, scores),
    )


def area(right: Sequence[bool], scores: Sequence[float | None]) -> float | None:
    """Return the share of (right, wrong) pairs that the scores order well; ties count half."""
    good = [score for is_right, score in zip(right, scores, strict=True) if is_right and score is not None]
    bad = [score for is_right, score in zip(right, scores, strict=True) if not is_right and score is not None]
    if not good or not bad:
        return None
    return statistics.fmean((g > b) + (g == b) / 2 for g in good for b in bad)


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of `values` and its 95 % bootstrap interval."""
    found = estimate(values)
    return found.mean, found.low, found.high


def render(table: dict[str, list[Solved]], arguments: argparse.Namespace) -> str:
    """Return the report as Markdown."""
    lines = ["| method | correct % | 95 % interval | tokens a problem |", "|---|---|---|---|"]
    for title, rows in table.items():
        mean, low, high = (100 * value for value in interval([row.correct for row in rows]))
        tokens = statistics.fmean(row.tokens for row in rows)
        lines.append(f"| {title} | {mean:.1f} | {low:.1f}–{high:.1f} | {tokens:.0f} |")
    pooled = table["self-consistency, 16"]
    mean, low, high = (100 * value for value in interval([row.share for row in pooled]))
    lines.append(f"| pass@1 over the 16 samples | {mean:.1f} | {low:.1f}–{high:.1f} | |")
    areas = [row.auc for row in table["best-of-n, 16"] if row.auc is not None]
    mean, low, high = interval(areas)
    command = f"python benchmarks/accuracy.py --problems {arguments.problems} --seed {arguments.seed}"
    return "\n".join(
        [
            "# Accuracy of the shipped models",
            "",
            f"`{command}` against the default configuration: policy `its-tiny`, reward",
            f"`its-tiny-reward` (likelihood), {len(pooled)} held-out problems, temperature 1 unless greedy.",
            "",
            *lines,
            "",
            f"Reward, within one problem: area under the curve {mean:.3f} ({low:.3f}–{high:.3f}) over {len(areas)}",
            "problems that had right and wrong samples.",
            "",
        ]
    )


if __name__ == "__main__":
    asyncio.run(main())
