"""short-m@k: of k samples, the m that end first vote, and the others are stopped.

Hassid et al. 2025, "Don't Overthink it. Preferring Shorter Thinking Chains for Improved LLM Reasoning", section 4.
https://arxiv.org/abs/2505.17813
"""

from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms import Algorithm
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context


class ShortMAtK(Algorithm):
    """Stop after `m` answers: long chains of thought are less often right, and waiting for them costs most."""

    name: ClassVar[str] = "short-m-at-k"
    summary: ClassVar[str] = "Let the answers that end first vote; stop the others."
    source: ClassVar[str] = "Hassid et al. 2025, section 4, https://arxiv.org/abs/2505.17813"
    budget_meaning: ClassVar[str] = "k, the samples that start"

    m: int = Field(default=3, ge=1, le=1000, description="How many answers vote.")

    async def solve(self, ctx: Context) -> Choice:
        ended: list[Candidate] = []
        async with aclosing(ctx.sample(ctx.samples)) as arriving:
            async for candidate in arriving:
                ended.append(candidate)
                if len(ended) == self.m:
                    break
        return replace(await vote(ended, ctx.equivalence, rank=shortest), decided=len(ended) < ctx.samples)


def shortest(candidate: Candidate) -> tuple[float, ...]:
    """Rank the fewest tokens first, then the earliest: who wins a tie, and who speaks for a group."""
    return (-candidate.tokens, -int(candidate.id))
