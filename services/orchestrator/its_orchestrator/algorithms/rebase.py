"""REBASE: a tree whose nodes get children in proportion to how much the reward model likes them.

Wu et al. 2024, "Inference Scaling Laws: An Empirical Analysis of Compute-Optimal Inference for Problem-Solving
with Language Models", section 3.1, https://arxiv.org/abs/2408.00724
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._leaves import TreeSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.resampling import apportion, softmax
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation
from its_orchestrator.events import Resampled


class Rebase(TreeSearch):
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
        leaves, nodes = list[Candidate](), ctx.new(ctx.samples)
        for step in range(self.max_steps):
            grown = await ctx.collect(ctx.scored(ctx.extend(nodes, self.policy)))
            leaves += [one for one in grown if one.finished]
            nodes = [one for one in grown if not one.finished]
            ctx.round([*leaves, *nodes])
            if not nodes or ctx.over or step + 1 == self.max_steps:
                break
            nodes = self._expanded(ctx, nodes, ctx.samples - len(leaves))
            ctx.commit([*leaves, *nodes])
        return await self.chosen(ctx, leaves, nodes)

    def counts(self, scores: Sequence[float], width: int) -> list[int]:
        """Return how many children each node gets: `width` in all, each within 1 of its share of softmax(score / T)."""
        return apportion(softmax([score / self.balance_temperature for score in scores]), width)

    def _expanded(self, ctx: Context, nodes: Sequence[Candidate], width: int) -> list[Candidate]:
        counts = self.counts([one.score or 0.0 for one in nodes], width)
        shared = [(node, count) for node, count in zip(nodes, counts, strict=True) if count]
        children = [one for node, count in shared for one in (node, *(ctx.fork(node) for _ in range(count - 1)))]
        ctx.emit(Resampled.between(nodes, children))
        return children
