"""Engines that take a given time a token and a call, and whose steps have random lengths: for measuring a search.

A token's text is a dot; the first one of a step tells how long the step is and how good: `<73:0.41>......`. So the
generator needs to remember nothing, and the reward model reads the scores out of the text.
"""

import asyncio
import math
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from its_orchestrator.candidate import StopReason
from its_orchestrator.engines import (
    Batch,
    Branch,
    Delta,
    End,
    Generation,
    GeneratorModel,
    Identity,
    RewardModel,
    Scored,
    Scores,
    Scoring,
    Started,
    Usage,
)
from its_orchestrator.seeds import stream

STEP = re.compile(r"<(\d+):(-?[\d.]+)>(\.*)")


@dataclass(frozen=True)
class Pace:
    """How long everything takes, and how it varies."""

    steps: int = 16
    tokens: float = 68.0
    """Mean tokens of a step."""
    sigma: float = 0.75
    """Of the logarithm of a step's tokens."""
    token_seconds: float = 0.012
    call_seconds: float = 0.12
    """Of the reward model."""
    persistence: float = 0.8
    """How much of a score's log-odds is that of the step before."""
    surprise: float = 0.8
    """Standard deviation of what is new in it."""


@dataclass
class Line:
    """One sequence of a call."""

    tokens: list[str]
    reason: StopReason


class TimedGenerator:
    """All its sequences grow at the same pace, however many there are."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.model = GeneratorModel(Identity("timed"), token_ids=False)
        self.running = 0
        """Sequences that grow now."""
        self.most = 0
        """Most of them that ever grew at once."""
        self.calls = 0

    async def models(self) -> Sequence[GeneratorModel]:
        return [self.model]

    def generate(self, generation: Generation) -> "TimedCall":
        self.calls += 1
        lines = [self._line(generation, one, number) for one in generation.branches for number in range(one.count)]
        return TimedCall(self, lines)

    def count(self, change: int) -> None:
        """Note that sequences began, or ended."""
        self.running += change
        self.most = max(self.most, self.running)

    def _line(self, generation: Generation, branch: Branch, number: int) -> Line:
        rng, policy = stream(branch.seed, number), generation.steps
        tokens, begun, open_tokens = list[str](), *progress(branch.text)
        while True:
            if not open_tokens:
                if begun == self.pace.steps:
                    return Line([*tokens, ""], StopReason.EOS)
                length, first = self._begin(rng)
                tokens.append(first)
                begun, open_tokens = begun + 1, length - 1
            else:
                tokens.append(".")
                open_tokens -= 1
            if (
                policy
                and _ends(policy.every_n_tokens, len(tokens), open_tokens)
                and (open_tokens or begun < self.pace.steps)
            ):
                return Line(tokens, StopReason.STEP)

    def _begin(self, rng: random.Random) -> tuple[int, str]:
        mu = math.log(self.pace.tokens) - self.pace.sigma**2 / 2
        length = max(1, round(rng.lognormvariate(mu, self.pace.sigma)))
        return length, f"<{length}:{rng.gauss(0, self.pace.surprise):.4f}>"


def _ends(every: int, tokens: int, open_tokens: int) -> bool:
    return tokens == every if every else not open_tokens


def progress(text: str) -> tuple[int, int]:
    """Return how many steps have begun, and how many tokens of the last one are still to come."""
    steps = STEP.findall(text)
    return len(steps), int(steps[-1][0]) - 1 - len(steps[-1][2]) if steps else 0


class TimedCall:
    """Reports each sequence as it ends."""

    def __init__(self, generator: TimedGenerator, lines: list[Line]) -> None:
        self._generator = generator
        self._lines = lines
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._stopped = False
        self._wake = asyncio.Event()
        self._left = dict(enumerate(lines))
        generator.count(len(lines))

    async def __aiter__(self) -> AsyncIterator[Batch]:
        started: Started | None = Started(self._generator.model.identity, (1,))
        while self._left and not self._stopped:
            soonest = min(len(line.tokens) for line in self._left.values())
            await self._until(self._began + soonest * self._generator.pace.token_seconds)
            if not self._stopped:
                yield self._ended(soonest, started)
                started = None
        ends = [End(number, StopReason.CANCELLED, self._tokens(line)) for number, line in self._left.items()]
        self.cancel()
        yield Batch(started, (), ends, Usage(0, 0, sum(map(self._tokens, self._lines))))

    async def stop(self) -> None:
        self._stopped = True
        self._wake.set()

    def cancel(self) -> None:
        self._generator.count(-len(self._left))
        self._left = {}

    async def _until(self, when: float) -> None:
        timer = self._loop.call_at(when, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()
            self._wake.clear()

    def _ended(self, length: int, started: Started | None) -> Batch:
        ended = [number for number, line in self._left.items() if len(line.tokens) == length]
        lines = {number: self._left.pop(number) for number in ended}
        self._generator.count(-len(ended))
        return Batch(
            started,
            [Delta(number, "".join(line.tokens), completes_step=True) for number, line in lines.items()],
            [End(number, line.reason, length) for number, line in lines.items()],
        )

    def _tokens(self, line: Line) -> int:
        return min(len(line.tokens), int((self._loop.time() - self._began) / self._generator.pace.token_seconds + 1e-6))


@dataclass
class TimedReward:
    """Every call takes the same time; a score follows the one before it, of complete steps alone."""

    pace: Pace
    model: RewardModel = field(default=RewardModel(Identity("timed")))
    scored: int = 0
    """Trajectories that were scored."""

    async def models(self) -> Sequence[RewardModel]:
        return [self.model]

    async def score(self, scoring: Scoring) -> Scores:
        self.scored += len(scoring.trajectories)
        await asyncio.sleep(self.pace.call_seconds)
        return Scores(tuple(Scored(one.id, self._value("".join(one.steps))) for one in scoring.trajectories))

    def _value(self, text: str) -> float:
        odds = 0.0
        for length, surprise, rest in STEP.findall(text):
            if len(rest) == int(length) - 1:
                odds = self.pace.persistence * odds + float(surprise)
        return 1 / (1 + math.exp(-odds))
