"""Adaptive self-consistency: sample in waves until the leading answer is sure to win.

Aggarwal et al. 2023, "Let's Sample Step by Step: Adaptive-Consistency for Efficient Reasoning and Coding with
LLMs", section 3, https://arxiv.org/abs/2305.11860. The other rule is that of Li et al. 2024, "Escape Sky-high
Cost: Early-stopping Self-Consistency for Multi-step Reasoning", section 3.1, https://arxiv.org/abs/2401.10480
"""

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from its_orchestrator.algorithms._ballots import Ballots
from its_orchestrator.algorithms._early_vote import FEWEST, EarlyVote
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.voting import vote_by_levels
from its_orchestrator.context import Context

PATIENCE = 3
"""Samples that may fail in a row before no more are asked for."""


class AdaptiveSelfConsistency(EarlyVote):
    """Sample a window at a time and look at the votes after each; what was begun always ends, and votes.

    Costs the fewest tokens and, since windows wait for one another, more time than `beta-self-consistency`.
    """

    name: ClassVar[str] = "adaptive-self-consistency"
    summary: ClassVar[str] = "Sample in waves until the leading answer is sure to win."
    source: ClassVar[str] = "Aggarwal et al. 2023, section 3, https://arxiv.org/abs/2305.11860"

    window: int = Field(default=4, ge=1, le=1000, description="Samples of one wave.")
    rule: Literal["beta", "unanimous"] = Field(
        default="beta", description="Stop when the leader is sure to win, or when one whole window agrees."
    )

    @model_validator(mode="after")
    def _windows_tell_something(self) -> "AdaptiveSelfConsistency":
        if self.rule == "unanimous" and self.window < FEWEST:
            raise ValueError(f"a window of {self.window} agrees by chance; give at least {FEWEST}, usually 4 to 8")
        return self

    async def solve(self, ctx: Context) -> Choice:
        levels, candidates = self.levels(ctx), list[Candidate]()
        ballots, left, missing, decided = Ballots(levels), ctx.samples, 0, False
        while left and missing < PATIENCE and not decided and not ctx.over:
            size = min(self.window, left)
            left -= size
            wave = await ctx.collect(ctx.sample(size, logprobs=self.confidence and ctx.reports_logprobs))
            candidates += wave
            missing = 0 if wave else missing + size
            ctx.round(candidates)
            await ballots.cast(wave)
            decided = left > 0 and self._sure(ballots, candidates, wave, left)
        return replace(await vote_by_levels(candidates, levels, rng=ctx.rng("ties")), decided=decided)

    def _sure(self, ballots: Ballots, candidates: list[Candidate], wave: list[Candidate], left: int) -> bool:
        if self.rule == "beta":
            return self.decided(ballots.leads([one.id for one in candidates]), left)
        leads = list(ballots.leads([one.id for one in wave]))
        return bool(leads) and all(lead.first == self.window for lead in leads)
