"""What deciding a vote early costs and saves: `python benchmarks/early_stopping.py`.

Draws 16 answers to each held-out problem, once, and replays every rule on them: who is counted after whom, how sure the
rule is, what is right. Of answers that all start at once, a token each at a time is written until the rule stops them.
"""

import argparse
import asyncio
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from accuracy import Method, interval, orchestrator, solve

from its.orchestrator.v1 import orchestrator_pb2_grpc
from its_checking import canonical
from its_models import heldout
from its_orchestrator.algorithms import BetaSelfConsistency
from its_runtime.channel import open_channel

SAMPLES = 16
THRESHOLDS = (0.95, 0.93, 0.9, 0.85)


@dataclass(frozen=True)
class Drawn:
    """One answer to a problem, in the order in which it began."""

    answer: Fraction | str | None
    tokens: int


@dataclass(frozen=True)
class Problem:
    """Sixteen answers, and the right one."""

    right: Fraction | str
    drawn: Sequence[Drawn]


@dataclass(frozen=True)
class Outcome:
    """What a rule made of one problem."""

    correct: float
    """The chance of a right answer: ties are drawn."""
    votes: int
    tokens: int


async def main() -> None:
    """Draw, replay, and print the table."""
    arguments = parse()
    problems = await draw(arguments)
    whole = [outcome(problem, list(problem.drawn)) for problem in problems]
    rows = [row("all 16", whole, whole)]
    for threshold in THRESHOLDS:
        rule = BetaSelfConsistency(threshold=threshold)
        for order, key in {"began": None, "ended": lambda one: one.tokens}.items():
            rows.append(row(f"sure by {threshold}, as they {order}", [early(p, rule, 1, key) for p in problems], whole))
    for threshold in THRESHOLDS:
        rule = BetaSelfConsistency(threshold=threshold)
        rows.append(row(f"sure by {threshold}, four by four", [early(p, rule, 4, None) for p in problems], whole))
    text = render(rows, arguments, len(problems))
    print(text)
    if arguments.out:
        Path(arguments.out).write_text(text, encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orchestrator", help="host:port of a running one; without it, four processes are started")
    parser.add_argument("--seed", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--every", type=int, default=1, help="take every k-th held-out problem")
    parser.add_argument("--concurrency", type=int, default=2)
    parser.add_argument("--out", help="write the table to this file too")
    return parser.parse_args()


async def draw(arguments: argparse.Namespace) -> list[Problem]:
    """Return sixteen answers to every problem, for every seed."""
    gate, method = asyncio.Semaphore(arguments.concurrency), Method("", "self-consistency", SAMPLES, None)
    async with orchestrator(arguments.orchestrator) as address, open_channel(address) as channel:
        stub = orchestrator_pb2_grpc.OrchestratorServiceStub(channel)

        async def one(problem, seed: int) -> Problem:
            async with gate:
                answer = await solve(stub, method, problem, seed)
            said = [(one.final_answer, one.completion_tokens) for one in answer.candidates]
            return Problem(
                canonical(problem.answer), [Drawn(canonical(a) if a else None, tokens) for a, tokens in said]
            )

        asked = enumerate(heldout()[:: arguments.every])
        numbered = [(problem, seed * 100_003 + n) for n, problem in asked for seed in arguments.seed]
        return list(await asyncio.gather(*(one(problem, seed) for problem, seed in numbered)))


def early(problem: Problem, rule: BetaSelfConsistency, wave: int, key) -> Outcome:
    """Return the outcome of counting a wave at a time until the rule is sure; all start at once unless in waves."""
    order = sorted(problem.drawn, key=key) if key else list(problem.drawn)
    for number in range(wave, SAMPLES, wave):
        first, second = leaders(order[:number])
        if rule.settled(first, second, SAMPLES - number):
            return outcome(problem, order[:number], at_once=wave == 1)
    return outcome(problem, order)


def outcome(problem: Problem, voters: Sequence[Drawn], *, at_once: bool = False) -> Outcome:
    """Return what these votes decide."""
    counts = Counter(one.answer for one in voters if one.answer is not None)
    tied = [answer for answer, count in counts.items() if count == max(counts.values())]
    end = max(one.tokens for one in voters)
    written = [min(one.tokens, end) for one in problem.drawn] if at_once else [one.tokens for one in voters]
    return Outcome((problem.right in tied) / len(tied) if tied else 0.0, len(voters), sum(written))


def leaders(voters: Sequence[Drawn]) -> tuple[int, int]:
    """Return the two largest counts."""
    counts = sorted(Counter(one.answer for one in voters if one.answer is not None).values(), reverse=True)
    return (*counts, 0, 0)[0], (*counts, 0, 0)[1]


def row(name: str, outcomes: Sequence[Outcome], whole: Sequence[Outcome]) -> str:
    """Return one row of the table; differences are paired by vote."""
    differences = [100 * (one.correct - all_.correct) for one, all_ in zip(outcomes, whole, strict=True)]
    mean, low, high = interval(differences)
    votes, tokens = [share(field, outcomes, whole) for field in ("votes", "tokens")]
    correct = 100 * statistics.fmean(one.correct for one in outcomes)
    change = f"{mean:+.2f} | {low:+.2f} to {high:+.2f}"
    return f"| {name} | {correct:.1f} | {change} | {votes:.1f} | {tokens:.1f} |"


def share(field: str, outcomes: Sequence[Outcome], whole: Sequence[Outcome]) -> float:
    """Return what percentage of the whole was spent."""
    return 100 * sum(getattr(one, field) for one in outcomes) / sum(getattr(one, field) for one in whole)


def render(rows: Sequence[str], arguments: argparse.Namespace, number: int) -> str:
    """Return the report as Markdown."""
    seeds = " ".join(map(str, arguments.seed))
    command = f"python benchmarks/early_stopping.py --every {arguments.every} --seed {seeds}"
    head = "| votes are decided when | correct % | points against all 16 | 95 % interval | answers % | tokens % |"
    return "\n".join(
        [f"`{command}`: {number} votes of {SAMPLES}.", "", head, "|---|---:|---:|---|---:|---:|", *rows, ""]
    )


if __name__ == "__main__":
    asyncio.run(main())
