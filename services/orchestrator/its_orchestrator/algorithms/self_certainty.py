"""Self-certainty: sample many answers, and let each vote the more the surer the model was of it.

Kang et al. 2025, "Scalable Best-of-N Selection for Large Language Models via Self-Certainty", where it is defined and
where it is combined with Borda voting. https://arxiv.org/abs/2502.18581
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._algorithm import Need
from its_orchestrator.algorithms._projecting import Projecting
from its_orchestrator.algorithms._trace_confidence import measured
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.voting import vote_by_levels
from its_orchestrator.context import Context


class SelfCertainty(Projecting):
    """Rank answers by self-certainty; of N that vote, the one at rank r has (N - r + 1)^power votes.

    Self-certainty is the mean divergence of the next token's distribution from the uniform one. It is taken from the
    most probable tokens alone, of which it is the mean surprise, less a constant: enough to rank by. Equal ones share
    their votes.
    """

    name: ClassVar[str] = "self-certainty"
    summary: ClassVar[str] = "Sample many answers; the surer the model was of one, the more it votes."
    source: ClassVar[str] = "Kang et al. 2025, Borda voting, https://arxiv.org/abs/2502.18581"
    budget_meaning: ClassVar[str] = "parallel generations"
    needs = frozenset({Need.LOGPROBS})

    power: float = Field(
        default=0.5, ge=0, le=10, description="0 lets all vote alike; the more, the more the surest answer decides."
    )
    top_k: int = Field(default=20, ge=1, le=64, description="Alternatives to each token that tell how sure it was.")

    async def solve(self, ctx: Context) -> Choice:
        levels = self.levels(ctx)
        candidates = await ctx.collect(ctx.sample(ctx.samples, alternatives=self.top_k))
        voters = [one for one in candidates if levels[0].extract(one.text) is not None] or candidates
        votes = borda({one.id: measured(one.confidences, "mean", 1) for one in voters}, self.power)
        weighed = [replace(one, weight=votes.get(one.id, 0.0)) for one in candidates]
        return await vote_by_levels(weighed, levels, {one.id: one.weight or 0.0 for one in weighed}, rank=_sureness)


def borda(sureness: dict[str, float], power: float) -> dict[str, float]:
    """Return (N - r + 1)^power for the r-th surest of N; equal ones have the mean of what their ranks have."""
    surest = sorted(sureness, key=sureness.__getitem__, reverse=True)
    votes = [(len(surest) - place) ** power for place in range(len(surest))]
    shares: dict[float, list[float]] = {}
    for name, worth in zip(surest, votes, strict=True):
        shares.setdefault(sureness[name], []).append(worth)
    return {name: _mean(shares[value]) for name, value in sureness.items()}


def _sureness(candidate: Candidate) -> tuple[float, int, int]:
    """Rank the surest first, then the shortest, then the earliest."""
    return measured(candidate.confidences, "mean", 1), -len(candidate.text), -int(candidate.id)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
