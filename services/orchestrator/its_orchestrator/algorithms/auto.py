"""Auto: a few probes tell how hard the question is, and that chooses how the rest of the budget is spent.

Snell et al. 2024, "Scaling LLM Test-Time Compute Optimally", section 3 (the best use of compute depends on how hard
a question is), https://arxiv.org/abs/2408.03314; difficulty from agreement as in Aggarwal et al. 2023, section 3.
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.algorithms.best_of_n import BestOfN
from its_orchestrator.algorithms.beta_self_consistency import BetaSelfConsistency
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import best
from its_orchestrator.choosing.voting import unanimous, vote
from its_orchestrator.context import Context

FEWEST = 3
"""Probes without which agreement means nothing: two that agree may be chance."""


class Auto(Algorithm):
    """Answer at once where all probes agree; vote on where most do; let a reward model choose where they don't.

    Probes are samples like all others and take part in what follows. Without a reward model a vote decides
    whatever the probes disagree about.
    """

    name: ClassVar[str] = "auto"
    summary: ClassVar[str] = "Probe how hard the question is, then answer at once, vote, or let a reward model choose."
    source: ClassVar[str] = "Snell et al. 2024, section 3, https://arxiv.org/abs/2408.03314"
    budget_meaning: ClassVar[str] = "most generations, probes included"
    welcomes_reward: ClassVar[bool] = True

    probes: int = Field(default=4, ge=2, le=16, description="Samples that are drawn before anything is chosen.")
    agreement: float = Field(
        default=0.5, gt=0, le=1, description="Share of the probes with one answer, from which a vote goes on."
    )

    async def solve(self, ctx: Context) -> Choice:
        probes = await ctx.collect(ctx.sample(min(self.probes, ctx.samples)))
        choice, rest = await vote(probes, ctx.equivalence), ctx.samples - min(self.probes, ctx.samples)
        if len(probes) >= FEWEST and unanimous(choice):
            ctx.note(f"direct: {_seen(choice)}")
            return Choice(choice.chosen, choice.candidates, decided=rest > 0)
        if not rest or ctx.over:
            ctx.note(f"vote of the probes, since the budget has no more: {_seen(choice)}")
            return choice
        if ctx.rewards and _share(choice) < self.agreement:
            ctx.note(f"{BestOfN.name}: {_seen(choice)}")
            return await _best(ctx, probes, rest)
        ctx.note(f"{BetaSelfConsistency.name}: {_seen(choice)}")
        return await _voted(ctx, probes, rest)


async def _voted(ctx: Context, probes: Sequence[Candidate], rest: int) -> Choice:
    more = await BetaSelfConsistency().solve(ctx.within(ctx.prompt, rest, "rest"))
    choice = await vote([*probes, *more.candidates], ctx.equivalence)
    return Choice(choice.chosen, choice.candidates, decided=more.decided)


async def _best(ctx: Context, probes: Sequence[Candidate], rest: int) -> Choice:
    """Return the best of all; a vote where nothing could be scored."""
    more = await BestOfN().solve(ctx.within(ctx.prompt, rest, "rest"))
    candidates = [*await ctx.score(probes), *more.candidates]
    if not candidates:
        return await vote(probes, ctx.equivalence)
    return Choice(best(candidates), tuple(candidates))


def _share(choice: Choice) -> float:
    """Return the share of the candidates that have the most frequent answer."""
    return max((one.votes or 0.0 for one in choice.candidates), default=0.0) / max(1, len(choice.candidates))


def _seen(choice: Choice) -> str:
    probes = choice.candidates
    length = sum(one.tokens for one in probes) / max(1, len(probes))
    return f"{_share(choice):.0%} of {len(probes)} probes agree, {length:.0f} tokens long on average"
