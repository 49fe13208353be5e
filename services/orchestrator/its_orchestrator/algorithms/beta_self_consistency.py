"""Beta self-consistency: start all samples at once, and stop the rest when the leading answer is sure to win.

The criterion of Aggarwal et al. 2023, "Let's Sample Step by Step: Adaptive-Consistency for Efficient Reasoning
and Coding with LLMs", section 3, without its waiting for one sample after the other.
https://arxiv.org/abs/2305.11860
"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from its_orchestrator.algorithms._early_vote import EarlyVote
from its_orchestrator.algorithms._tally import Tally
from its_orchestrator.algorithms._turns import Turns
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context


class BetaSelfConsistency(EarlyVote):
    """Count answers in the order in which they began; once their vote is settled, what still runs is stopped.

    Those that end first are the short ones, whose votes alone are biased: an answer that ends before its turn waits,
    and counts early only where all those that have ended put the leader out of reach of the rest. Takes no longer
    than self-consistency. How many tokens it saves depends on how much is still unwritten when the vote is settled:
    much where lengths differ or the generator can't write all samples at once, little where they end together.

    At a threshold of 0.95, four votes to nothing are sure; at 0.93 three are, which needs fewer samples and is nearly
    as often right.
    """

    name: ClassVar[str] = "beta-self-consistency"
    summary: ClassVar[str] = "Start all samples at once; stop the rest when the leading answer is sure to win."
    source: ClassVar[str] = "Aggarwal et al. 2023, section 3, https://arxiv.org/abs/2305.11860"

    async def solve(self, ctx: Context) -> Choice:
        names = ctx.names(ctx.samples)
        turns, ended = Turns(names), list[Candidate]()
        everybody, counted = Tally(ctx.equivalence), Tally(ctx.equivalence)
        logprobs = self.confidence and ctx.reports_logprobs
        async with aclosing(ctx.sample(ctx.samples, names=names, logprobs=logprobs)) as arriving:
            async for candidate in arriving:
                ended.append(candidate)
                await everybody.add(candidate)
                for one in turns.taken(candidate, ctx.formless):
                    await counted.add(one)
                    if turns.left and self.settled(*counted.leaders, turns.left):
                        return await self._choice(ctx, turns.gone, decided=True)
                left = ctx.samples - len(ended)
                if left and self.beyond_reach(*everybody.leaders, left):
                    return await self._choice(ctx, ended, decided=True)
        return await self._choice(ctx, ended, decided=False)

    async def _choice(self, ctx: Context, voters: Sequence[Candidate], *, decided: bool) -> Choice:
        ordered = sorted(voters, key=lambda one: int(one.id))
        if decided:
            ctx.note(f"the votes of {len(ordered)} of {ctx.samples} answers settled it")
        return replace(await vote(ordered, ctx.equivalence, rng=ctx.rng("ties")), decided=decided)
