"""Best-of-N: sample N answers and keep the one the reward model likes most.

Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems", section 4.
https://arxiv.org/abs/2110.14168
"""

from typing import ClassVar

from its_orchestrator.algorithms._algorithm import Rewarded
from its_orchestrator.candidate import Choice
from its_orchestrator.choosing.ranking import best
from its_orchestrator.context import Context


class BestOfN(Rewarded):
    """Sample the whole budget at once and return the highest-scoring answer; ties go to the earliest.

    Each answer is scored as it ends, while the others are still being written.
    """

    name: ClassVar[str] = "best-of-n"
    summary: ClassVar[str] = "Sample many answers and return the one that the reward model likes most."
    source: ClassVar[str] = "Cobbe et al. 2021, section 4, https://arxiv.org/abs/2110.14168"
    budget_meaning: ClassVar[str] = "parallel generations"

    async def solve(self, ctx: Context) -> Choice:
        candidates = await ctx.collect(ctx.scored(ctx.sample(ctx.samples, delimiters=self.step_delimiters)))
        return Choice(best(candidates), tuple(candidates))
