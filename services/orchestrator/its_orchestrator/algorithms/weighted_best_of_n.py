"""Weighted best-of-N: sample N answers and return the one whose equals have the largest sum of scores.

Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", section 5.1 (ranked solutions vote),
https://arxiv.org/abs/2110.14168; Snell et al. 2024, section 5.1 ("best-of-N weighted"),
https://arxiv.org/abs/2408.03314
"""

from contextlib import suppress
from statistics import StatisticsError, correlation
from typing import ClassVar

from its_orchestrator.algorithms._algorithm import Rewarded
from its_orchestrator.candidate import Choice
from its_orchestrator.choosing.ranking import best, standing, worth
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context


class WeightedBestOfN(Rewarded):
    """Sample the whole budget at once; equivalent answers add up their scores, and the largest sum wins.

    Inside the winning class, and between equal classes, the highest score speaks, ties going to the earliest.
    Each answer is scored as it ends, while the others are still being written.
    """

    name: ClassVar[str] = "weighted-best-of-n"
    summary: ClassVar[str] = "Sample many answers and return the one whose equals have the largest sum of scores."
    source: ClassVar[str] = "Cobbe et al. 2021, section 5.1, https://arxiv.org/abs/2110.14168"
    budget_meaning: ClassVar[str] = "parallel generations"

    async def solve(self, ctx: Context) -> Choice:
        candidates = await ctx.collect(ctx.scored(ctx.sample(ctx.samples, delimiters=self.step_delimiters)))
        if not candidates:
            return Choice(None, ())
        worths = worth([one.score for one in candidates], *ctx.score_range)
        weights = {one.id: value for one, value in zip(candidates, worths, strict=True)}
        choice = await vote(candidates, ctx.equivalence, weights, standing)
        _tell(ctx, choice)
        return choice


def _tell(ctx: Context, choice: Choice) -> None:
    """Note when the vote overrules the highest score, and whether scores follow length rather than worth."""
    highest = best(choice.candidates)
    if choice.chosen and highest and choice.chosen.id != highest.id:
        ctx.note(f"votes overrule the highest score, {highest.score:.4g} of candidate {highest.id}")
    scored = [(one.score, one.tokens) for one in choice.candidates if one.score is not None]
    with suppress(StatisticsError):  # there is none where all scores or all lengths are the same
        found = correlation([score for score, _ in scored], [tokens for _, tokens in scored])
        ctx.note(f"correlation of score with length: {found:.2f}")
