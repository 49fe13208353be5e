"""Subsets: some of a row's samples, drawn without replacement, over and over."""

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

MOST = 500
"""Most subsets of one size."""


@lru_cache(32)
def subsets(total: int, k: int) -> NDArray[np.bool_]:
    """Return which of `total` places each subset of k has, shape (total, subsets).

    All subsets where there are few, or else the same MOST random ones every time.
    """
    if comb(total, k) <= MOST:
        places = np.array(list(combinations(range(total), k)), dtype=np.int64)
    else:
        places = np.random.default_rng(0).random((MOST, total)).argsort(axis=1)[:, :k]
    drawn = np.zeros((total, len(places)), dtype=np.bool_)
    drawn[places, np.arange(len(places))[:, None]] = True
    return drawn
