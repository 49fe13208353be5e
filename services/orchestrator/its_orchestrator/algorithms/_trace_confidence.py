"""The confidence of a trace: what the confidences of its tokens come to.

Fu et al. 2025, "Deep Think with Confidence", section 3.1, https://arxiv.org/abs/2508.15260
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Measure = Literal["mean", "tail", "bottom-10", "lowest-group"]
"""Of all tokens; of the last group; of the lowest tenth of all groups; of the lowest group."""
TENTH = 0.1
NEWEST = 32
"""How many of the newest groups of a running trace are looked at: more than end between two looks."""
EQUAL = 1e-6
"""Confidences that differ by less are equal: rounding must not stop a trace that is like those of the warm-up."""


@dataclass(frozen=True, slots=True)
class Floor:
    """How low the confidence of a group of tokens may fall."""

    least: float
    window: int
    """Tokens of a group."""

    def holds(self, confidences: Sequence[float]) -> bool:
        """Tell whether no group of a trace, from the confidences of its tokens, is below."""
        return measured(confidences, "lowest-group", self.window) >= self.least - EQUAL

    def broken(self, confidences: Sequence[float]) -> bool:
        """Tell whether a whole group among the newest tokens of a running trace is below."""
        return len(confidences) >= self.window and not self.holds(confidences[-self.window - NEWEST :])


def measured(confidences: Sequence[float], measure: Measure, window: int) -> float:
    """Return the confidence of a trace, 0 or more, from those of its tokens; 0 for a trace without any."""
    if not confidences:
        return 0.0
    if measure == "mean":
        return _mean(confidences)
    if measure == "tail":
        return _mean(confidences[-window:])
    ascending = sorted(groups(confidences, window))
    return ascending[0] if measure == "lowest-group" else _mean(ascending[: math.ceil(TENTH * len(ascending))])


def groups(confidences: Sequence[float], window: int) -> list[float]:
    """Return the mean of every `window` neighbours; all tokens of a shorter trace are one group."""
    size = min(window, len(confidences))
    sums = [0.0, *accumulate(confidences)]
    return [(after - before) / size for before, after in zip(sums, sums[size:], strict=False)] if size else []


def percentile(values: Sequence[float], percent: float) -> float:
    """Return what `percent` of `values` are below, between neighbours in proportion; there must be a value."""
    ascending = sorted(values)
    place = percent / 100 * (len(ascending) - 1)
    below, above = ascending[math.floor(place)], ascending[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
