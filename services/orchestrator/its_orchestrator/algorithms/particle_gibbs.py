"""Particle Gibbs: particle filters in a row, each of which is held to one answer of the one before.

Andrieu, Doucet, Holenstein 2010, "Particle Markov Chain Monte Carlo Methods", section 2.4.3,
https://doi.org/10.1111/j.1467-9868.2009.00736.x; for language models Puri et al. 2025, appendix,
https://arxiv.org/abs/2502.01618
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._algorithm import Need
from its_orchestrator.algorithms._ancestors import with_new_past
from its_orchestrator.algorithms._particles import ParticleSearch, report
from its_orchestrator.algorithms._path import Path
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.resampling import effective_size, resample, softmax
from its_orchestrator.context import Context


@dataclass(frozen=True, slots=True)
class Swept:
    """What an iteration ends with: its particles and their shares of the weight, which sum to 1."""

    paths: tuple[Path, ...]
    shares: tuple[float, ...]


class ParticleGibbs(ParticleSearch):
    """Each iteration is a particle filter in which one more particle, the reference, follows an earlier answer.

    The reference is never replaced and costs nothing, but others may continue it from any of its steps. At the end
    of an iteration one particle is drawn by weight: the next reference. A round multiplies a particle's weight by
    what its score has changed to, so a chain of references visits each answer in proportion to the chance that the
    model says it, times the weight of its own score, however few the particles and however many its steps; once an
    answer has ended its weight stays. Ancestors are drawn one by one (multinomial), as the proof wants it. With
    ancestor sampling the chain forgets how its reference began sooner, for a few more scores in each round; the chain
    is exact where nothing but the temperature shapes what is drawn.
    """

    name: ClassVar[str] = "particle-gibbs"
    summary: ClassVar[str] = "Repeat particle filtering, in lock-step, each time around an answer of the time before."
    source: ClassVar[str] = "Andrieu et al. 2010, section 2.4.3; Puri et al. 2025, https://arxiv.org/abs/2502.01618"
    budget_meaning: ClassVar[str] = "particles x iterations, the reference not counted"

    iterations: int = Field(default=2, ge=1, le=1000, description="How many particle filters follow one another.")
    ancestor_sampling: bool = Field(
        default=False,
        description="Draw the beginning of the reference anew in each round, given its rest: better mixing for more "
        "reading; takes a generator that evaluates given tokens.",
    )

    @property
    def required(self) -> frozenset[Need]:
        return self.needs | {Need.EVALUATION} if self.ancestor_sampling else self.needs

    async def solve(self, ctx: Context) -> Choice:
        reference, found, weights = None, dict[str, Candidate](), dict[str, float]()
        for iteration, size in enumerate(self._sizes(ctx)):
            swept = await self._swept(ctx, size, reference, iteration)
            found |= {path.now.id: path.now for path in swept.paths}
            for path, share in zip(swept.paths, swept.shares, strict=True):
                weights[path.now.id] = weights.get(path.now.id, 0.0) + share
            if ctx.over:
                break
            if swept.paths:
                reference = _drawn(swept, 1, ctx.rng("reference", iteration))[0]
        total = sum(weights.values())
        return await self.chosen(ctx, tuple(found.values()), {name: one / total for name, one in weights.items()})

    def _sizes(self, ctx: Context) -> list[int]:
        """Return how many particles each iteration starts."""
        iterations = min(self.iterations, ctx.samples)
        share, more = divmod(ctx.samples, iterations)
        if more or iterations < self.iterations:
            ctx.note(
                f"a budget of {ctx.samples} over {iterations} iterations: {share} or {share + 1} particles in each"
            )
        return [share + (place < more) for place in range(iterations)]

    async def _swept(self, ctx: Context, size: int, reference: Path | None, iteration: int) -> Swept:
        """Run one filter of `size` particles and the reference, which comes first where there is one."""
        fixed = [] if reference is None else [reference]
        paths, swept = [Path((one,)) for one in ctx.new(size)], Swept((), ())
        for rounds in range(1, self.max_steps + 1):
            paths = await self._longer(ctx, paths)
            now = [*(path.after(rounds) for path in fixed), *paths]
            swept = self._weighed(ctx, now, rounds)
            ctx.round([path.now for path in now])
            done = all(path.now.finished for path in now)
            if done or ctx.over or rounds == self.max_steps:
                break
            fixed = [await self._reborn(ctx, path, swept, rounds, iteration) for path in fixed]
            kept = [path.after(rounds).now for path in fixed]
            paths = self._resampled(ctx, swept, size, ctx.rng("resample", iteration, rounds), kept)
        return Swept((*fixed, *paths), swept.shares)

    async def _reborn(self, ctx: Context, reference: Path, swept: Swept, rounds: int, iteration: int) -> Path:
        """Return the reference, its past drawn anew where that was asked for and it has not ended."""
        if not self.ancestor_sampling or len(reference.states) <= rounds + 1:
            return reference
        pasts, rng = list(zip(swept.paths, swept.shares, strict=True)), ctx.rng("ancestor", iteration, rounds)
        return await with_new_past(ctx, reference, pasts, rounds, partial(self.logarithm, ctx), rng)

    async def _longer(self, ctx: Context, paths: Sequence[Path]) -> list[Path]:
        """Return the paths a step later; those that ended as they are, those that failed not at all."""
        live = {path.now.id: path for path in paths if not path.now.finished}
        grown = await ctx.collect(ctx.scored(ctx.extend([path.now for path in live.values()], self.policy)))
        return [*(path for path in paths if path.now.finished), *(live[one.id].to(one) for one in grown)]

    def _weighed(self, ctx: Context, paths: Sequence[Path], rounds: int) -> Swept:
        gains = [self._gain(ctx, path) if len(path.states) > rounds else 0.0 for path in paths]
        return Swept(tuple(paths), tuple(softmax(gains)) if gains else ())

    def _gain(self, ctx: Context, path: Path) -> float:
        """Return by what the last round multiplied the weight, as a logarithm."""
        before, now = path.states[-2:]
        base = 0.0 if before is path.states[0] else self.logarithm(ctx, before.score)
        return self.logarithm(ctx, now.score) - base

    def _resampled(
        self, ctx: Context, swept: Swept, size: int, rng: random.Random, kept: Sequence[Candidate]
    ) -> list[Path]:
        """Draw `size` particles beside those that are `kept`; who descends from one that led to them is a fork."""
        if not swept.paths:
            return []
        taken = {path.now.id for path in swept.paths[: len(kept)]}
        heirs: list[Path] = []
        for path in _drawn(swept, size, rng):
            heirs.append(path.fork(ctx) if path.now.id in taken else path)
            taken.add(path.now.id)
        before = [path.now for path in swept.paths]
        expected = [size * share + (place < len(kept)) for place, share in enumerate(swept.shares)]
        report(ctx, [*kept, *(path.now for path in heirs)], before, effective_size(swept.shares), expected)
        return heirs


def _drawn(swept: Swept, number: int, rng: random.Random) -> list[Path]:
    return [swept.paths[place] for place in resample(swept.shares, number, rng, "multinomial")]
