"""Beam search: grow answers step by step and keep only those that the reward model likes.

Snell et al. 2024, "Scaling LLM Test-Time Compute Optimally", section 5.1, https://arxiv.org/abs/2408.03314
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._step_search import StepSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import best, standing
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation
from its_orchestrator.events import Resampled


class BeamSearch(StepSearch):
    """Each round grows every beam by one step, keeps the best, and shares the budget among them as children.

    A beam that ends leaves with its score and frees nothing: the rest of the budget goes on without it.
    """

    name: ClassVar[str] = "beam-search"
    summary: ClassVar[str] = "Grow answers step by step and keep only those that the reward model likes."
    source: ClassVar[str] = "Snell et al. 2024, section 5.1, https://arxiv.org/abs/2408.03314"
    budget_meaning: ClassVar[str] = "total generations; budget / beam_width children a beam"

    aggregation: Aggregation = Field(default="last", description="How step values become one score.")
    beam_width: int = Field(default=4, ge=1, le=1000, description="How many beams are kept after each round.")

    async def solve(self, ctx: Context) -> Choice:
        number = ctx.affordable(ctx.samples)
        if number % self.beam_width:
            ctx.note(f"a budget of {number} over {self.beam_width} beams: the best ones get one child more")
        ended, live = list[Candidate](), ctx.new(number)
        for step in range(self.max_steps):
            grown = await ctx.collect(ctx.scored(ctx.extend(live, self.policy)))
            ended += [one for one in grown if one.finished]
            live = [one for one in grown if not one.finished]
            ctx.round([*ended, *live])
            if not live or ctx.over or step + 1 == self.max_steps:
                break
            live = self._children(ctx, live, number - len(ended))
            ctx.commit([*ended, *live])
        candidates = (*ended, *live)
        return Choice(best(ended) or best(live), candidates)

    def _children(self, ctx: Context, live: Sequence[Candidate], places: int) -> list[Candidate]:
        """Share `places` among the best of `live`, the best ones getting one more where it doesn't divide."""
        ranked = sorted(live, key=standing, reverse=True)
        kept = ranked[: min(self.beam_width, places)]
        share, more = divmod(places, len(kept))
        children: list[Candidate] = []
        for place, beam in enumerate(kept):
            children += [beam, *(ctx.fork(beam) for _ in range(share + (place < more) - 1))]
        ctx.emit(Resampled.between(live, children))
        return children
