"""REBASE: a tree whose nodes get children in proportion to how much the reward model likes them.

Wu et al. 2024, "Inference Scaling Laws: An Empirical Analysis of Compute-Optimal Inference for Problem-Solving
with Language Models", section 3.1, https://arxiv.org/abs/2408.00724
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._brood import Brood
from its_orchestrator.algorithms._leaves import TreeSearch
from its_orchestrator.algorithms._rounds import RoundSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.resampling import apportion, softmax
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation


class Rebase(RoundSearch, TreeSearch):
    """Each round shares the width among the nodes by softmax(score / T); what ends is a leaf and takes its place along.

    Nothing is rolled out to value a node. What fails frees its place for the others.
    """

    name: ClassVar[str] = "rebase"
    summary: ClassVar[str] = "Grow a tree of steps whose nodes get children in proportion to their reward."
    source: ClassVar[str] = "Wu et al. 2024, section 3.1, https://arxiv.org/abs/2408.00724"
    budget_meaning: ClassVar[str] = "leaves"

    aggregation: Aggregation = Field(default="last", description="How step values become one score.")
    balance_temperature: float = Field(
        default=0.2, gt=0, description="Divides the scores: small for the best nodes alone, large for all alike."
    )

    async def solve(self, ctx: Context) -> Choice:
        generation = (await self.searched(ctx, ctx.samples)).generation
        leaves = [one for one in generation if one.finished]
        return await self.chosen(ctx, leaves, [one for one in generation if not one.finished])

    def brood(self, ctx: Context, generation: Sequence[Candidate], step: int, number: int) -> Brood:
        """Keep every leaf, and share the width that is left among the nodes."""
        nodes = [place for place, one in enumerate(generation) if not one.finished]
        width = number - (len(generation) - len(nodes))
        shares = dict(zip(nodes, self.counts([generation[place].score or 0.0 for place in nodes], width), strict=True))
        counts = [shares.get(place, 1) for place in range(len(generation))]
        return Brood([place for place, count in enumerate(counts) for _ in range(count)], list(map(float, counts)))

    def counts(self, scores: Sequence[float], width: int) -> list[int]:
        """Return how many children each node gets: `width` in all, each within 1 of its share of softmax(score / T)."""
        return apportion(softmax([score / self.balance_temperature for score in scores]), width)
