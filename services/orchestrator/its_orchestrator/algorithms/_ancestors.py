"""Ancestor sampling: the past of a particle Gibbs sampler's reference is drawn anew, given its future.

Lindsten, Jordan, Schön 2014, "Particle Gibbs with Ancestor Sampling", section 3 and, for weights that depend on the
whole path, section 4.1. https://arxiv.org/abs/1401.0604
"""

import math
import random
from collections.abc import Callable, Sequence

from its_orchestrator.algorithms._path import Path
from its_orchestrator.candidate import StopReason
from its_orchestrator.choosing.resampling import resample, softmax
from its_orchestrator.context import Context

Logarithm = Callable[[float | None], float]
"""The log-weight of a score."""


async def with_new_past(
    ctx: Context,
    reference: Path,
    pasts: Sequence[tuple[Path, float]],
    rounds: int,
    weigh: Logarithm,
    rng: random.Random,
) -> Path:
    """Return the reference with a past of `rounds` rounds drawn from `pasts`, particles and their shares of the weight.

    A past is drawn in proportion to its share, times the chance that the reference's rest follows it, times what its
    score would change to by that. The first of `pasts` is the reference's own; it stays where others can't be judged.
    """
    cut, last = reference.states[rounds], reference.now
    able = [(past, share) for past, share in pasts if share > 0 and _fits(ctx, past, reference, rounds)]
    if len(able) <= 1 or able[0][0].now.id != cut.id:
        return reference
    rest = last.token_ids[len(cut.token_ids) :]
    chances = await ctx.evaluated([past.now for past, _ in able], rest)
    if chances is None:
        return reference
    possible = [
        (past, share, chance) for (past, share), chance in zip(able, chances, strict=True) if chance > -math.inf
    ]
    paths = [reference.grafted(ctx, past, rounds) for past, _, _ in possible[1:]]
    scores = {one.id: one.score for one in await ctx.score([path.now for path in paths])}
    weights = [
        math.log(share) + chance + weigh(score) - weigh(past.now.score)
        for (past, share, chance), score in zip(
            possible, [last.score, *(scores.get(p.now.id) for p in paths)], strict=True
        )
    ]
    (place,) = resample(softmax(weights), 1, rng, "multinomial")
    return reference if place == 0 else await _scored(ctx, paths[place - 1], rounds) or reference


def _fits(ctx: Context, past: Path, reference: Path, rounds: int) -> bool:
    """Tell whether the reference's rest may follow: nothing follows an end, and an answer is only so long."""
    rest = len(reference.now.token_ids) - len(reference.states[rounds].token_ids)
    tokens = len(past.now.token_ids) + rest
    if past.now.finished or (ctx.longest is not None and tokens > ctx.longest):
        return False
    return reference.now.stop_reason is not StopReason.LENGTH or tokens == len(reference.now.token_ids)


async def _scored(ctx: Context, path: Path, rounds: int) -> Path | None:
    """Return a grafted path with the scores of all its states; None when one can't be had."""
    states = list(path.states[: rounds + 1])
    for state in path.states[rounds + 1 :]:
        scored = await ctx.score([state])
        if not scored or scored[0].score is None:
            return None
        states.append(scored[0])
    return Path(tuple(states))
