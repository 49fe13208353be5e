"""Beta self-consistency: start all samples at once, and stop the rest when the leading answer is sure to win.

The criterion of Aggarwal et al. 2023, "Let's Sample Step by Step: Adaptive-Consistency for Efficient Reasoning
and Coding with LLMs", section 3, without its waiting for one sample after the other.
https://arxiv.org/abs/2305.11860
"""

from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from its_orchestrator.algorithms._early_vote import EarlyVote
from its_orchestrator.algorithms._tally import Tally
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context


class BetaSelfConsistency(EarlyVote):
    """Count answers as they end; once their vote is settled, the samples that still run are stopped.

    Takes no longer than self-consistency. How many tokens it saves depends on how much is still unwritten when the
    vote is settled: much where lengths differ or the generator can't write all samples at once, little where they
    end together. Short answers end, and so vote, first.
    """

    name: ClassVar[str] = "beta-self-consistency"
    summary: ClassVar[str] = "Start all samples at once; stop the rest when the leading answer is sure to win."
    source: ClassVar[str] = "Aggarwal et al. 2023, section 3, https://arxiv.org/abs/2305.11860"

    async def solve(self, ctx: Context) -> Choice:
        candidates: list[Candidate] = []
        tally = Tally(ctx.equivalence)
        logprobs = self.confidence and ctx.reports_logprobs
        async with aclosing(ctx.sample(ctx.samples, logprobs=logprobs)) as arriving:
            async for candidate in arriving:
                candidates.append(candidate)
                await tally.add(candidate)
                left = ctx.samples - len(candidates)
                if left and self.settled(*tally.leaders, left):
                    return await self._choice(ctx, candidates, decided=True)
        return await self._choice(ctx, candidates, decided=False)

    async def _choice(self, ctx: Context, candidates: list[Candidate], *, decided: bool) -> Choice:
        ordered = sorted(candidates, key=lambda one: int(one.id))
        return replace(await vote(ordered, ctx.equivalence, rng=ctx.rng("ties")), decided=decided)
