"""Particle filtering: partial answers are resampled in proportion to what the reward model thinks of them.

Puri et al. 2025, "A Probabilistic Inference Approach to Inference-Time Scaling of LLMs using Particle-Based
Monte Carlo Methods", algorithm 1, https://arxiv.org/abs/2502.01618
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._particles import ParticleSearch, report
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.resampling import Method, effective_size, log_mean, resample, softmax
from its_orchestrator.context import Context


class ParticleFiltering(ParticleSearch):
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
        particles, evidence = ctx.new(ctx.samples), 0.0
        for step in range(self.max_steps):
            particles = await self.grown(ctx, particles)
            ctx.round(particles)
            logarithms = [self.logarithm(ctx, one.score) for one in particles]
            done = all(one.finished for one in particles)
            if done or ctx.over or step + 1 == self.max_steps:
                break
            drawing = self.tempered(logarithms, step)
            if self._uneven(ctx, drawing):
                evidence += log_mean(drawing)
                particles = self._resampled(ctx, particles, softmax(drawing), step)
            ctx.commit(particles)
        return await self._outcome(ctx, particles, evidence)

    def tempered(self, logarithms: Sequence[float], step: int) -> Sequence[float]:
        """Return the log-weights by which ancestors are drawn after a step, counted from 0: here, as they are."""
        return logarithms

    def _uneven(self, ctx: Context, logarithms: Sequence[float]) -> bool:
        size = effective_size(softmax(logarithms))
        return len(logarithms) != ctx.samples or size <= self.ess_threshold * len(logarithms)

    def _resampled(
        self, ctx: Context, particles: Sequence[Candidate], shares: Sequence[float], step: int
    ) -> list[Candidate]:
        drawn = resample(shares, ctx.samples, ctx.rng("resample", step), self.resampling)
        survivors = [self._heir(ctx, particles, drawn, place) for place in range(len(drawn))]
        report(ctx, survivors, particles, effective_size(shares))
        return survivors

    def _heir(self, ctx: Context, particles: Sequence[Candidate], drawn: Sequence[int], place: int) -> Candidate:
        """Return the ancestor itself where it is drawn first, a fork of it after that."""
        ancestor = particles[drawn[place]]
        again = place > 0 and drawn[place - 1] == drawn[place]
        return ctx.fork(ancestor) if again else ancestor

    async def _outcome(self, ctx: Context, particles: Sequence[Candidate], evidence: float) -> Choice:
        if not particles:
            return Choice(None, ())
        logarithms = [self.logarithm(ctx, one.score) for one in particles]
        ctx.note(f"log of the normalising constant: {evidence + log_mean(logarithms):.6g}")
        shares = {one.id: share for one, share in zip(particles, softmax(logarithms), strict=True)}
        return await self.chosen(ctx, particles, shares)
