"""Beam search: grow answers step by step and keep only those that the reward model likes.

Snell et al. 2024, "Scaling LLM Test-Time Compute Optimally", section 5.1, https://arxiv.org/abs/2408.03314
"""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._brood import Brood
from its_orchestrator.algorithms._final_score import FinalScore
from its_orchestrator.algorithms._rounds import RoundSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import best, standing
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation


class BeamSearch(RoundSearch, FinalScore):
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
        generation = self.judged((await self.searched(ctx, number)).generation)
        ended = [one for one in generation if one.finished]
        live = [one for one in generation if not one.finished]
        return Choice(best(ended) or best(live), (*ended, *live))

    def brood(self, ctx: Context, generation: Sequence[Candidate], step: int, number: int) -> Brood:
        """Keep what ended, and share the other places among the best, of which the very best get one more."""
        ended = [place for place, one in enumerate(generation) if one.finished]
        live = [place for place, one in enumerate(generation) if not one.finished]
        ranked = sorted(live, key=lambda place: standing(generation[place]), reverse=True)
        kept = ranked[: min(self.beam_width, number - len(ended))]
        share, more = divmod(number - len(ended), len(kept))
        places = [place for rank, place in enumerate(kept) for _ in range(share + (rank < more))]
        return Brood([*ended, *places], _counts([*ended, *places], len(generation)))


def _counts(places: Sequence[int], size: int) -> list[float]:
    counts = Counter(places)
    return [float(counts[place]) for place in range(size)]
