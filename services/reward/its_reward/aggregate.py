"""Aggregation: how the values of a trajectory's steps become one score."""

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

from its_runtime.errors import InvalidRequest


class Aggregation(StrEnum):
    """The ways that reward-hub and the papers use; Snell et al. 2024, appendix E (arXiv 2408.03314) compare them."""

    MODEL = "model"
    """The reward model's own score of the whole trajectory."""
    PROD = "prod"
    """The product of the step values."""
    MIN = "min"
    """The smallest step value: an argument is as good as its worst step."""
    LAST = "last"
    """The last step's value."""
    MEAN = "mean"
    """The mean of the step values."""


def aggregate(how: Aggregation, own: float | None, values: Sequence[float]) -> float:
    """Return one score from the model's `own` score and the step `values`.

    Outcome reward models have no step values; for them every aggregation is the model's own score.

    Raises:
        InvalidRequest: if there is nothing that `how` could aggregate.
    """
    if own is not None and (how is Aggregation.MODEL or not values):
        return own
    if how is Aggregation.MODEL or not values:
        raise InvalidRequest(f"nothing to aggregate by {how}: the trajectory has {len(values)} step values")
    return _BY_NAME[how](values)


def _last(values: Sequence[float]) -> float:
    return values[-1]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


_BY_NAME: dict[Aggregation, Callable[[Sequence[float]], float]] = {
    Aggregation.PROD: math.prod,
    Aggregation.MIN: min,
    Aggregation.LAST: _last,
    Aggregation.MEAN: _mean,
}
