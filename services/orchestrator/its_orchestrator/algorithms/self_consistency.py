"""Self-consistency: sample many answers and return the one that most of them agree on.

Wang et al. 2022, "Self-Consistency Improves Chain of Thought Reasoning in Language Models", section 2.
https://arxiv.org/abs/2203.11171
"""

from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._projecting import Projecting
from its_orchestrator.candidate import Choice
from its_orchestrator.choosing.voting import vote_by_levels
from its_orchestrator.context import Context


class SelfConsistency(Projecting):
    """Group answers by equivalence; the largest group wins.

    Inside it the most confident speaks, then the shortest, then the earliest. Of equal groups the one with the most
    confident spokesman wins; where confidence is not known, lots decide, which are the seed's. An answer without a
    final answer never wins while there is one.
    """

    name: ClassVar[str] = "self-consistency"
    summary: ClassVar[str] = "Sample many answers and return the one that most of them agree on."
    source: ClassVar[str] = "Wang et al. 2022, section 2, https://arxiv.org/abs/2203.11171"
    budget_meaning: ClassVar[str] = "parallel generations"

    confidence: bool = Field(
        default=True,
        description="Ask for log-probabilities where the generator has them, so that confidence breaks ties.",
    )

    async def solve(self, ctx: Context) -> Choice:
        levels = self.levels(ctx)
        source = ctx.sample(ctx.samples, logprobs=self.confidence and ctx.reports_logprobs)
        return await vote_by_levels(await ctx.collect(source), levels, rng=ctx.rng("ties"))
