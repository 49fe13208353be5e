"""Where uniform numbers fall in cumulative distributions: how tokens are drawn from shares."""

import numpy as np
from numpy.typing import NDArray

from its_models.decoder import Floats

BLOCK = 64
"""Shares that are summed before they are looked at one by one.

Sums along a row wait for one another; those of blocks don't: 32 rows of 874 words take half the time.
"""
FEW = 4
"""Rows that are looked through without blocks, since so few are quicker so."""


class Quantiles:
    """For rows of one size. Each is summed by itself in double precision, so what else is there does not matter.

    Few rows and many are summed in another order, which changes the last of 53 bits at most.
    """

    def __init__(self, rows: int, size: int) -> None:
        self._rows = np.arange(rows)
        self._size = size
        # What is behind the last share stays nothing.
        self._shares = np.zeros((rows, -(-size // BLOCK), BLOCK), np.float64)
        self._flat = self._shares.reshape(rows, -1)[:, :size]

    def of(self, shares: Floats, places: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the first index of each row up to which more than its place lies.

        Args:
            shares: [rows, size], not negative, some positive in each row.
            places: [rows], in [0, 1), as parts of a row's whole sum.
        """
        if len(shares) <= FEW:
            sums = np.cumsum(shares, axis=1, dtype=np.float64)
            return _first_beyond(sums, places * sums[:, -1])
        self._flat[:] = shares
        sums = np.cumsum(self._shares.sum(axis=2), axis=1)
        wanted = places * sums[:, -1]
        block = _first_beyond(sums, wanted)
        before = np.where(block > 0, sums[self._rows, block - 1], 0)
        inside = np.cumsum(self._shares[self._rows, block], axis=1)
        return block * BLOCK + _first_beyond(inside, wanted - before)


def _first_beyond(sums: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the first index of each row whose sum is more than wanted.

    Where rounding leaves none that is, it is the last one that adds anything.
    """
    return ((sums > wanted[:, None]) | (sums == sums[:, -1:])).argmax(axis=1)
