"""Resampling: draw N ancestors so that each is expected N times its weight.

Douc, Cappé, Moulines 2005, "Comparison of Resampling Schemes for Particle Filtering", arXiv cs/0507025.
"""

import math
import random
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Literal

Method = Literal["multinomial", "systematic", "residual"]


def resample(weights: Sequence[float], number: int, rng: random.Random, method: Method) -> list[int]:
    """Return `number` places of `weights` (which sum to 1), ascending, the i-th place number·wᵢ times on average.

    `systematic` draws it ⌊number·wᵢ⌋ or ⌈number·wᵢ⌉ times, `residual` at least ⌊number·wᵢ⌋ times.
    """
    return sorted(_METHODS[method](weights, number, rng))


def softmax(logarithms: Sequence[float]) -> list[float]:
    """Return the weights that have these logarithms, up to their sum; equal ones when all are minus infinity."""
    most = max(logarithms)
    if most == -math.inf:
        return [1 / len(logarithms)] * len(logarithms)
    raw = [math.exp(one - most) for one in logarithms]
    total = sum(raw)
    return [one / total for one in raw]


def log_mean(logarithms: Sequence[float]) -> float:
    """Return the logarithm of the mean of the weights that have these logarithms; 0 when all are minus infinity."""
    most = max(logarithms)
    if most == -math.inf:
        return 0.0
    return most + math.log(sum(math.exp(one - most) for one in logarithms) / len(logarithms))


def effective_size(weights: Sequence[float]) -> float:
    """Return the effective sample size of `weights` (which sum to 1), 1 to their number."""
    return 1 / sum(weight * weight for weight in weights)


def entropy(weights: Sequence[float]) -> float:
    """Return the entropy of `weights` (which sum to 1), as a share of the largest possible: 0 to 1; 1 of one alone."""
    most = math.log(len(weights))
    return -sum(weight * math.log(weight) for weight in weights if weight) / most if most else 1.0


def apportion(weights: Sequence[float], number: int) -> list[int]:
    """Return whole parts of `number` that sum to it, each within 1 of number·wᵢ: the largest remainders are rounded up.

    Equal remainders go to the earliest.
    """
    quotas = [weight * number for weight in weights]
    parts = [math.floor(quota) for quota in quotas]
    order = sorted(range(len(quotas)), key=lambda place: parts[place] - quotas[place])
    for place in order[: number - sum(parts)]:
        parts[place] += 1
    return parts


def _multinomial(weights: Sequence[float], number: int, rng: random.Random) -> list[int]:
    return rng.choices(range(len(weights)), weights, k=number) if number else []


def _systematic(weights: Sequence[float], number: int, rng: random.Random) -> list[int]:
    point, places, last = rng.random(), list[int](), 0
    for place, upto in enumerate(accumulate(weights)):
        reached = max(last, math.ceil(upto * number - point))
        places += [place] * (min(reached, number) - last)
        last = min(reached, number)
    # Rounding may leave the last point just outside of the sum.
    return places + [max(range(len(weights)), key=weights.__getitem__)] * (number - last)


def _residual(weights: Sequence[float], number: int, rng: random.Random) -> list[int]:
    sure = [math.floor(weight * number) for weight in weights]
    left = number - sum(sure)
    rests = [weight * number - count for weight, count in zip(weights, sure, strict=True)]
    return [place for place, count in enumerate(sure) for _ in range(count)] + _multinomial(rests, left, rng)


_METHODS: dict[Method, Callable[[Sequence[float], int, random.Random], list[int]]] = {
    "multinomial": _multinomial,
    "systematic": _systematic,
    "residual": _residual,
}
