"""How a tree search ends: which of the answers that it reached is returned."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pydantic import Field

from its_orchestrator.algorithms._final_score import FinalScore
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import best, standing, worth
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context


class TreeSearch(FinalScore):
    """A search whose leaves vote with their scores, or whose best leaf answers."""

    selection: Literal["vote", "argmax"] = Field(
        default="vote", description="Return the answer whose leaves score most together, or the best leaf."
    )

    async def chosen(self, ctx: Context, ended: Sequence[Candidate], live: Sequence[Candidate]) -> Choice:
        """Return the outcome: one of those that ended, or of those that still live where none has."""
        ended, live = self.judged(ended), self.judged(live)
        leaves = ended or live
        if self.selection == "argmax":
            return Choice(best(leaves), (*ended, *live))
        shares = worth([one.score for one in leaves], *ctx.score_range)
        weighed = [replace(one, weight=share) for one, share in zip(leaves, shares, strict=True)]
        choice = await vote(weighed, ctx.equivalence, {one.id: one.weight or 0.0 for one in weighed}, standing)
        return replace(choice, candidates=(*choice.candidates, *(live if ended else ())))
