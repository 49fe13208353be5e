"""DeepConf: let the traces vote in which the model was confident, and stop those in which it is not.

Fu et al. 2025, "Deep Think with Confidence", sections 3.2 (offline) and 3.3 (online, algorithm 2).
https://arxiv.org/abs/2508.15260
"""

import math
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from statistics import median
from typing import ClassVar, Literal

from pydantic import Field

from its_orchestrator.algorithms._algorithm import Algorithm, Need
from its_orchestrator.algorithms._tally import Tally
from its_orchestrator.algorithms._trace_confidence import Floor, Measure, measured, percentile
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context

FEWEST = 3
"""Ballots without which a filter has gone too far, and all traces vote alike."""
GROUPS = 4
"""Windows that fit at least into a typical trace, so that its groups tell more than its mean."""


class DeepConf(Algorithm):
    """Weigh each trace's vote by its confidence, and leave the least confident ones out.

    Offline, all traces are written and the most confident `eta` percent vote. Online, some warm-up traces tell how
    low the confidence of a group of tokens may fall; of the others, each that falls below is stopped at once, alone,
    and all are stopped when the leading answer has nearly all the weight.
    """

    name: ClassVar[str] = "deepconf"
    summary: ClassVar[str] = "Let the traces vote in which the model was confident; stop those in which it is not."
    source: ClassVar[str] = "Fu et al. 2025, section 3, https://arxiv.org/abs/2508.15260"
    budget_meaning: ClassVar[str] = "most traces"
    needs = frozenset({Need.LOGPROBS})

    mode: Literal["offline", "online"] = Field(
        default="offline", description="Filter the traces that were written, or stop them while they are."
    )
    confidence: Measure = Field(default="lowest-group", description="What makes a trace's weight.")
    eta: float = Field(default=90, gt=0, le=100, description="Percent of traces to keep: 10 is strict, 90 is kind.")
    window: int = Field(
        default=2048, ge=1, description="Tokens of a group; at most a quarter of a typical trace is taken."
    )
    top_k: int = Field(default=20, ge=1, le=64, description="Alternatives to each token that tell its confidence.")
    warmup: int = Field(
        default=16, ge=FEWEST, le=1000, description="Traces before any is stopped; at most half the budget is taken."
    )
    consensus: float = Field(
        default=0.95, gt=0.5, le=1, description="Share of the weight at which the leading answer has won."
    )

    async def solve(self, ctx: Context) -> Choice:
        return await (self._online(ctx) if self.mode == "online" else self._offline(ctx))

    async def _offline(self, ctx: Context) -> Choice:
        return await self.elected(ctx, await ctx.collect(ctx.sample(ctx.samples, alternatives=self.top_k)))

    async def elected(self, ctx: Context, traces: Sequence[Candidate]) -> Choice:
        """Return the choice of the most confident of `traces`, which were sampled with alternatives."""
        traces = self._weighed(traces, self._window(traces))
        voters = sorted(_voters(ctx, traces), key=lambda one: one.weight or 0.0, reverse=True)
        return await _elected(ctx, traces, voters[: max(FEWEST, math.ceil(self.eta / 100 * len(voters)))])

    async def _online(self, ctx: Context) -> Choice:
        number = self._warmup(ctx)
        traces = await ctx.collect(ctx.sample(number, alternatives=self.top_k))
        floor = self._floor(traces)
        decided = await self._extended(ctx, traces, floor, ctx.samples - number)
        _tell(ctx, traces, floor)
        choice = await _elected(ctx, self._weighed(traces, floor.window), _voters(ctx, self._confident(traces, floor)))
        return replace(choice, decided=decided)

    async def _extended(self, ctx: Context, traces: list[Candidate], floor: Floor, left: int) -> bool:
        """Add up to `left` traces, each until it is doubted; tell whether they agreed before the last one ended."""
        tally = Tally(ctx.equivalence)
        await tally.add(*self._confident(traces, floor))
        if self._agreed(tally, left):
            return True
        async with aclosing(ctx.sample(left, alternatives=self.top_k, doubt=floor.broken)) as arriving:
            async for trace in arriving:
                traces.append(trace)
                left -= 1
                await tally.add(*self._confident([trace], floor))
                if self._agreed(tally, left):
                    return True
        return False

    def _warmup(self, ctx: Context) -> int:
        wanted = min(self.warmup, ctx.samples)
        number = min(wanted, max(FEWEST, math.ceil(ctx.samples / 2)))
        if number < wanted:
            ctx.note(f"the warm-up has {number} traces, half of the budget, in place of {self.warmup}")
        return number

    def _window(self, traces: Sequence[Candidate]) -> int:
        typical = median([len(one.confidences) for one in traces] or [0])
        return max(1, min(self.window, int(typical) // GROUPS))

    def _floor(self, traces: Sequence[Candidate]) -> Floor:
        window = self._window(traces)
        lowest = [measured(one.confidences, "lowest-group", window) for one in traces]
        return Floor(percentile(lowest or [0.0], 100 - self.eta), window)

    def _confident(self, traces: Sequence[Candidate], floor: Floor) -> list[Candidate]:
        return self._weighed([one for one in traces if floor.holds(one.confidences)], floor.window)

    def _weighed(self, traces: Sequence[Candidate], window: int) -> list[Candidate]:
        return [replace(one, weight=measured(one.confidences, self.confidence, window)) for one in traces]

    def _agreed(self, tally: Tally, left: int) -> bool:
        return left > 0 and tally.total >= FEWEST and tally.share >= self.consensus


def _voters(ctx: Context, traces: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in traces if ctx.equivalence.extract(one.text) is not None]


async def _elected(ctx: Context, traces: Sequence[Candidate], voters: Sequence[Candidate]) -> Choice:
    """Return the choice of the `voters`, by weight, or of all `traces`, one vote each, where they are too few."""
    weights = {one.id: one.weight or 0.0 for one in voters}
    if len(voters) < FEWEST or not any(weights.values()):
        ctx.note(f"{len(voters)} confident traces with an answer can't decide: all traces vote alike")
        return await vote(traces, ctx.equivalence)
    choice = await vote(voters, ctx.equivalence, weights)
    return Choice(choice.chosen, (*choice.candidates, *(one for one in traces if one.id not in weights)))


def _tell(ctx: Context, traces: Sequence[Candidate], floor: Floor) -> None:
    stopped = sum(one.stop_reason is None and not floor.holds(one.confidences) for one in traces)
    ctx.note(f"{stopped} of {len(traces)} traces were stopped: {floor.window} tokens below {floor.least:.4g}")
