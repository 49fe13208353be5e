"""Searches that go round by round, and the two ways from one round to the next: in lock-step, or overlapped."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from its_orchestrator.algorithms._brood import Brood, heirs
from its_orchestrator.algorithms._frontier import Frontier
from its_orchestrator.algorithms._step_search import StepSearch
from its_orchestrator.candidate import Candidate
from its_orchestrator.context import Context


@dataclass(frozen=True, slots=True)
class Searched:
    """How the last round left a search."""

    generation: Sequence[Candidate]
    """Those of the last round that neither failed nor were dropped, by place."""
    evidence: float
    """Logarithm of the normalising constant, the last round left out."""


class RoundSearch(StepSearch):
    """A search whose rounds are decided by the scores of one generation, all of which grew by a step."""

    rounds: Literal["lock-step", "overlapped"] = Field(
        default="lock-step",
        description="In `lock-step` a round waits for its slowest step and all scores. `overlapped` decides the same "
        "by the same scores, but goes on meanwhile from what they will probably be: sooner done, with more tokens "
        "discarded; where tokens are limited it stays in lock-step.",
    )
    overlap: float = Field(
        default=1.5,
        ge=1,
        le=8,
        description="How many sequences may grow at once where rounds overlap, as a multiple of the budget.",
    )

    @abstractmethod
    def brood(self, ctx: Context, generation: Sequence[Candidate], step: int, number: int) -> Brood:
        """Return who goes on after a step, counted from 0, of a search that began with `number`.

        It is always the same for the same scores, and told to nobody: it may be asked about what never comes true.
        """

    async def searched(self, ctx: Context, number: int) -> Searched:
        """Search from `number` empty candidates until all have ended, or the steps or the limits have."""
        if self.rounds == "lock-step" or ctx.tokens_left is not None:
            return await self._in_lock_step(ctx, number)
        async with ctx.nursery(self.policy) as nursery:
            frontier = Frontier(self, ctx, nursery, ctx.new(number), int(self.overlap * number))
            return Searched(await frontier.last(), frontier.evidence)

    async def _in_lock_step(self, ctx: Context, number: int) -> Searched:
        generation, evidence = ctx.new(number), 0.0
        for step in range(self.max_steps):
            generation = await self._grown(ctx, generation)
            ctx.round(generation)
            if ctx.over or step + 1 == self.max_steps or all(one.finished for one in generation):
                break
            brood = self.brood(ctx, generation, step, number)
            evidence += brood.evidence
            generation = heirs(ctx, generation, brood)
        return Searched(generation, evidence)

    async def _grown(self, ctx: Context, generation: Sequence[Candidate]) -> list[Candidate]:
        """Return the generation a step later, with scores: those that ended as they are, without those that failed."""
        live = [one for one in generation if not one.finished]
        grown = {one.id: one for one in await ctx.collect(ctx.scored(ctx.extend(live, self.policy)))}
        return [one if one.finished else grown[one.id] for one in generation if one.finished or one.id in grown]
