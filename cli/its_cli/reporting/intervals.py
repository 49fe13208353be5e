"""Intervals: how far a mean over problems may be off, by the bootstrap (Efron 1979, https://doi.org/10.1214/aos/1176344552)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, and the interval that holds 95 % of the means of resampled problems."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean of one value for each problem, with its 95 % percentile interval; the same every time."""
    if not values:
        raise ValueError("an estimate takes one problem at least")
    sample = np.asarray(values, dtype=np.float64)
    means = np.sort(sample[_drawn(len(sample))].mean(axis=1))
    low, high = (float(means[int(share * RESAMPLES)]) for share in (0.025, 0.975))
    return Estimate(float(sample.mean()), low, high)


@lru_cache(4)
def _drawn(problems: int) -> NDArray[np.int64]:
    """Return which problems each resample has, shape (RESAMPLES, problems), the same ones for all that is compared."""
    return np.random.default_rng(0).integers(0, problems, (RESAMPLES, problems))
