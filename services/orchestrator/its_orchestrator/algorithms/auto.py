"""Auto: a few probes tell how hard the question is, and that chooses how the rest of the budget is spent.

Snell et al. 2024, "Scaling LLM Test-Time Compute Optimally", section 3 (the best use of compute depends on how hard
a question is), https://arxiv.org/abs/2408.03314; difficulty from agreement as in Aggarwal et al. 2023, section 3.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.algorithms._probing import Findings
from its_orchestrator.algorithms.best_of_n import BestOfN
from its_orchestrator.algorithms.beta_self_consistency import BetaSelfConsistency
from its_orchestrator.algorithms.deepconf import DeepConf
from its_orchestrator.algorithms.particle_filtering import ParticleFiltering
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import best
from its_orchestrator.choosing.voting import vote
from its_orchestrator.context import Context
from its_orchestrator.steps import DELIMITERS

Way = Literal[
    "direct",
    "vote of the probes",
    "best of the probes",
    "beta-self-consistency",
    "deepconf",
    "best-of-n",
    "particle-filtering",
]

LEAST = 4
"""Samples from which on a search over steps has something to choose from, and confidence something to filter."""


class Auto(Algorithm):
    """Answer at once where all probes agree; vote on where most do; let a reward model choose where they don't.

    Long answers, of several steps, are then searched step by step, short ones sampled whole. In a vote confidence
    counts where those that agree were surer of their words than the others. Probes are samples like all others and
    take part in what follows. Without a reward model a vote decides whatever the probes disagree about.
    """

    name: ClassVar[str] = "auto"
    summary: ClassVar[str] = "Probe the question, then answer at once, vote, or let a reward model choose or search."
    source: ClassVar[str] = "Snell et al. 2024, section 3, https://arxiv.org/abs/2408.03314"
    budget_meaning: ClassVar[str] = "most generations, probes included"
    welcomes_reward: ClassVar[bool] = True

    probes: int = Field(default=4, ge=2, le=16, description="Samples that are drawn before anything is chosen.")
    agreement: float = Field(
        default=0.75,
        gt=0,
        le=1,
        description="Share of the probes with one answer, from which a vote goes on though there is a reward model.",
    )
    steps: float = Field(
        default=3, ge=1, description="Mean steps of a probe from which answers are searched step by step."
    )
    lead: float = Field(
        default=0.05,
        ge=0,
        description="Share by which probes that agree must be surer than the others for confidence to weigh votes.",
    )

    async def solve(self, ctx: Context) -> Choice:
        number = min(self.probes, ctx.samples)
        alternatives = DeepConf().top_k if ctx.reports_logprobs else 0
        probes = await ctx.collect(ctx.sample(number, alternatives=alternatives, delimiters=DELIMITERS))
        choice, rest = await vote(probes, ctx.equivalence), ctx.samples - number
        found = Findings.of(choice)
        way = self.way(ctx, found, rest)
        ctx.note(f"{way}: {found}")
        if way == "direct":
            return Choice(choice.chosen, choice.candidates, decided=rest > 0)
        return await _followed(ctx.within(ctx.prompt, rest, "rest"), way, choice)

    def way(self, ctx: Context, found: Findings, rest: int) -> Way:
        """Return how to spend the `rest` of the samples after what was found."""
        if found.unanimous:
            return "direct"
        differ = ctx.rewards and found.agree < self.agreement
        if not rest or ctx.over:
            return "best of the probes" if differ and not ctx.over else "vote of the probes"
        if differ:
            return "particle-filtering" if self._is_long(ctx, found, rest) else "best-of-n"
        sure = rest >= LEAST and found.lead is not None and found.lead >= self.lead
        return "deepconf" if sure else "beta-self-consistency"

    def _is_long(self, ctx: Context, found: Findings, rest: int) -> bool:
        return ctx.searches and rest >= LEAST and found.steps >= self.steps


async def _followed(ctx: Context, way: Way, probed: Choice) -> Choice:
    """Return the outcome of going on in a way, the probes among its candidates."""
    if way == "best of the probes":
        return await _scored(ctx, probed, Choice(None, ()))
    if way == "best-of-n":
        return await _scored(ctx, probed, await BestOfN().solve(ctx))
    if way == "particle-filtering":
        return await _scored(ctx, probed, await ParticleFiltering().solve(ctx))
    if way == "deepconf":
        confident = DeepConf()
        more = await ctx.collect(ctx.sample(ctx.samples, alternatives=confident.top_k))
        return await confident.elected(ctx, [*probed.candidates, *more])
    return await _voted(ctx, probed.candidates) if way == "beta-self-consistency" else probed


async def _voted(ctx: Context, probes: Sequence[Candidate]) -> Choice:
    more = await BetaSelfConsistency().solve(ctx)
    choice = await vote([*probes, *more.candidates], ctx.equivalence)
    return Choice(choice.chosen, choice.candidates, decided=more.decided)


async def _scored(ctx: Context, probed: Choice, more: Choice) -> Choice:
    """Return the best of all; the probes' own vote where nothing could be scored."""
    candidates = [*await ctx.score(probed.candidates), *more.candidates]
    if not candidates:
        return probed
    return Choice(best([one for one in candidates if one.finished] or candidates), tuple(candidates))
