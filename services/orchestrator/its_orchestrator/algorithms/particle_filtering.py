"""Particle filtering: partial answers are resampled in proportion to what the reward model thinks of them.

Puri et al. 2025, "A Probabilistic Inference Approach to Inference-Time Scaling of LLMs using Particle-Based
Monte Carlo Methods", algorithm 1, https://arxiv.org/abs/2502.01618
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from its_orchestrator.algorithms._step_search import StepSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation
from its_orchestrator.events import Resampled
from its_orchestrator.resampling import Method, effective_size, resample, softmax
from its_orchestrator.voting import vote

EDGE = 1e-6
"""Scores this near to 0 or 1 have the logit of this distance."""


class ParticleFiltering(StepSearch):
    """Each round grows every particle by one step, scores it as its step ends, and draws N ancestors by weight.

    Particles that ended are absorbing: they keep their weight, may be drawn, and are never extended again.
    """

    name: ClassVar[str] = "particle-filtering"
    summary: ClassVar[str] = "Resample partial answers in proportion to what the reward model thinks of them."
    source: ClassVar[str] = "Puri et al. 2025, algorithm 1, https://arxiv.org/abs/2502.01618"
    budget_meaning: ClassVar[str] = "particles"

    aggregation: Aggregation = Field(default="model", description="How step values become one score.")
    resampling: Method = Field(default="systematic", description="How ancestors are drawn.")
    ess_threshold: float = Field(
        default=1.0, ge=0, le=1, description="Resample only below this effective sample size, as a share of N."
    )
    weight: Literal["logit", "log"] = Field(default="logit", description="What of the score is a log-weight.")
    weight_temperature: float = Field(default=1.0, gt=0, description="Divides the log-weights.")
    selection: Literal["argmax", "vote"] = Field(
        default="argmax", description="Return the heaviest particle, or the answer whose particles weigh most."
    )

    async def solve(self, ctx: Context) -> Choice:
        number, evidence = ctx.affordable(ctx.samples), 0.0
        particles = ctx.new(number)
        for step in range(self.max_steps):
            particles = await self._grown(ctx, particles)
            ctx.round(particles)
            evidence += self._evidence(ctx, particles)
            done = all(one.finished for one in particles)
            if done or ctx.over or step + 1 == self.max_steps:
                break
            particles = self._resampled(ctx, particles, number, step)
            ctx.commit(particles)
        ctx.note(f"log of the normalising constant: {evidence:.6g}")
        return await self._choice(ctx, particles)

    async def _grown(self, ctx: Context, particles: Sequence[Candidate]) -> list[Candidate]:
        live = [one for one in particles if not one.finished]
        grown = await ctx.collect(ctx.scored(ctx.extend(live, self.policy)))
        return [*(one for one in particles if one.finished), *grown]

    def _resampled(self, ctx: Context, particles: Sequence[Candidate], number: int, step: int) -> list[Candidate]:
        weights = softmax(self._logarithms(ctx, particles))
        size = effective_size(weights)
        if len(particles) == number and size > self.ess_threshold * len(particles):
            return list(particles)
        drawn = resample(weights, number, ctx.rng("resample", step), self.resampling)
        survivors = [self._heir(ctx, particles, drawn, place) for place in range(len(drawn))]
        dropped = tuple(one.id for place, one in enumerate(particles) if place not in drawn)
        ctx.emit(Resampled(tuple((one.id, one.parent_id) for one in survivors), dropped, size))
        return survivors

    def _heir(self, ctx: Context, particles: Sequence[Candidate], drawn: Sequence[int], place: int) -> Candidate:
        """Return the ancestor itself where it is drawn first, a fork of it after that."""
        ancestor = particles[drawn[place]]
        again = place > 0 and drawn[place - 1] == drawn[place]
        return ctx.fork(ancestor) if again else ancestor

    def _logarithms(self, ctx: Context, particles: Sequence[Candidate]) -> list[float]:
        return [self._logarithm(one.score, *ctx.score_range) / self.weight_temperature for one in particles]

    def _logarithm(self, score: float | None, low: float, high: float) -> float:
        if score is None:
            return -math.inf
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            return score  # an unbounded score is a log-weight already
        share = min(max((score - low) / (high - low), EDGE), 1 - EDGE)
        return math.log(share) if self.weight == "log" else math.log(share / (1 - share))

    def _evidence(self, ctx: Context, particles: Sequence[Candidate]) -> float:
        logarithms = self._logarithms(ctx, particles)
        most = max(logarithms, default=-math.inf)
        if most == -math.inf:
            return 0.0
        return most + math.log(sum(math.exp(one - most) for one in logarithms) / len(logarithms))

    async def _choice(self, ctx: Context, particles: Sequence[Candidate]) -> Choice:
        if not particles:
            return Choice(None, ())
        shares = softmax(self._logarithms(ctx, particles))
        weighed = [replace(one, weight=share) for one, share in zip(particles, shares, strict=True)]
        if self.selection == "vote":
            return await vote(weighed, ctx.equivalence, {one.id: one.weight or 0.0 for one in weighed})
        ended = [one for one in weighed if one.finished] or weighed
        return Choice(max(ended, key=lambda one: (one.weight or 0.0, bool(one.text))), tuple(weighed))
