"""Particle filtering: partial answers are resampled in proportion to what the reward model thinks of them.

Puri et al. 2025, "A Probabilistic Inference Approach to Inference-Time Scaling of LLMs using Particle-Based
Monte Carlo Methods", algorithm 1, https://arxiv.org/abs/2502.01618
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._brood import Brood, unchanged
from its_orchestrator.algorithms._particles import ParticleSearch
from its_orchestrator.algorithms._rounds import RoundSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.resampling import Method, effective_size, log_mean, resample, softmax
from its_orchestrator.context import Context


class ParticleFiltering(RoundSearch, ParticleSearch):
    """Each round grows every particle by one step, scores it as its step ends, and draws N ancestors by weight.

    Particles that ended are absorbing: they keep their weight, may be drawn, and are never extended again.
    """

    name: ClassVar[str] = "particle-filtering"
    summary: ClassVar[str] = "Resample partial answers in proportion to what the reward model thinks of them."
    source: ClassVar[str] = "Puri et al. 2025, algorithm 1, https://arxiv.org/abs/2502.01618"
    budget_meaning: ClassVar[str] = "particles"

    resampling: Method = Field(default="systematic", description="How ancestors are drawn.")
    ess_threshold: float = Field(
        default=1.0, ge=0, le=1, description="Resample only below this effective sample size, as a share of N."
    )

    async def solve(self, ctx: Context) -> Choice:
        searched = await self.searched(ctx, ctx.samples)
        return await self._outcome(ctx, searched.generation, searched.evidence)

    def brood(self, ctx: Context, generation: Sequence[Candidate], step: int, number: int) -> Brood:
        drawing = self.tempered([self.logarithm(ctx, one.score) for one in generation], step)
        shares = softmax(drawing)
        size = effective_size(shares)
        if len(generation) == number and size > self.ess_threshold * number:
            return unchanged(number)
        drawn = resample(shares, number, ctx.rng("resample", step), self.resampling)
        expected = [number * share for share in shares]
        return Brood(drawn, expected, effective_size=size, evidence=log_mean(drawing))

    def tempered(self, logarithms: Sequence[float], step: int) -> Sequence[float]:
        """Return the log-weights by which ancestors are drawn after a step, counted from 0: here, as they are."""
        return logarithms

    async def _outcome(self, ctx: Context, particles: Sequence[Candidate], evidence: float) -> Choice:
        if not particles:
            return Choice(None, ())
        logarithms = [self.logarithm(ctx, one.score) for one in particles]
        ctx.note(f"log of the normalising constant: {evidence + log_mean(logarithms):.6g}")
        shares = {one.id: share for one, share in zip(particles, softmax(logarithms), strict=True)}
        return await self.chosen(ctx, particles, shares)
