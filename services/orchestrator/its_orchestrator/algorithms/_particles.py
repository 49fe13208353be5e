"""What searches with particles have in common: how a score weighs, who lives on, and which particle answers."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from its_orchestrator.algorithms._step_search import StepSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import best
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation
from its_orchestrator.events import Resampled

EDGE = 1e-6
"""Scores this near to 0 or 1 have the logit of this distance."""


class ParticleSearch(StepSearch):
    """A search whose partial answers are drawn in proportion to weights made from their scores."""

    aggregation: Aggregation = Field(default="model", description="How step values become one score.")
    weight: Literal["logit", "log"] = Field(default="logit", description="What of the score is a log-weight.")
    weight_temperature: float = Field(default=1.0, gt=0, description="Divides the log-weights.")
    selection: Literal["argmax", "vote"] = Field(
        default="argmax", description="Return the particle that scores best, or the answer whose particles weigh most."
    )

    def logarithm(self, ctx: Context, score: float | None) -> float:
        """Return the log-weight of a score; minus infinity without one."""
        return self._logarithm(score, *ctx.score_range) / self.weight_temperature

    def _logarithm(self, score: float | None, low: float, high: float) -> float:
        if score is None:
            return -math.inf
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            return score  # an unbounded score is a log-weight already
        share = min(max((score - low) / (high - low), EDGE), 1 - EDGE)
        return math.log(share) if self.weight == "log" else math.log(share / (1 - share))

    async def chosen(self, ctx: Context, particles: Sequence[Candidate], shares: Mapping[str, float]) -> Choice:
        """Return the outcome, every particle carrying its share of the weight, by id."""
        weighed = tuple(one.but(weight=shares[one.id]) for one in particles)
        if self.selection == "vote":
            return await vote(weighed, ctx.equivalence, shares)
        return Choice(best([one for one in weighed if one.finished] or weighed), weighed)


def report(
    ctx: Context, survivors: Sequence[Candidate], before: Sequence[Candidate], size: float, expected: Sequence[float]
) -> None:
    """Tell who lives on after `before`, each of which was `expected` to so often, was resampled."""
    ctx.emit(Resampled.between(before, survivors, size, expected))
