"""Ballots: the votes of many subsets of a row's samples, counted at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from its_cli.reporting.sample import Pool


class Ballots:
    """Which groups lead in each subset; those without a final answer have no vote."""

    def __init__(self, pool: Pool, drawn: NDArray[np.bool_], worths: NDArray[np.float64]) -> None:
        """Count.

        Args:
            pool: the samples.
            drawn: which of them each subset has, shape (samples, subsets).
            worths: what each one's vote is worth in each subset, of the same shape; 0 outside of it.
        """
        self._pool = pool
        self._drawn = drawn
        self._groups = sorted({one.group for one in pool.samples if one.group is not None})
        shape = len(self._groups), drawn.shape[1]
        sums, there = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        # The algorithms add up the votes of a group from the best of its members to the worst, which may matter in
        # the last digit, and with it for who is equal.
        for place in sorted(range(len(pool.samples)), key=self._standing, reverse=True):
            if (row := self._row(place)) is not None:
                sums[row] += worths[place]
                there[row] |= drawn[place]
        self._leading = there & (sums == np.where(there, sums, -1.0).max(axis=0, initial=-1.0))

    def keep(self, ranks: Sequence[Any]) -> None:
        """Of the groups that lead, let those lead on whose best member has the highest rank.

        Args:
            ranks: one for each sample, of whatever kind that compares.
        """
        tied = np.flatnonzero(self._leading.sum(axis=0) > 1)  # elsewhere there is nothing to decide, mostly
        drawn, leading = self._drawn[:, tied], self._leading[:, tied]
        levels = {rank: level for level, rank in enumerate(sorted(set(ranks)))}
        highest = np.full(leading.shape, -1)
        for place in sorted(range(len(ranks)), key=lambda place: levels[ranks[place]]):
            if (row := self._row(place)) is not None:
                highest[row][drawn[place]] = levels[ranks[place]]
        highest[~leading] = -1
        self._leading[:, tied] = leading & (highest == highest.max(axis=0, initial=-1))

    @property
    def right(self) -> float:
        """The chance that a leading group is right, each as likely as the others; nobody leads where nobody voted."""
        rights = {one.group for one in self._pool.samples if one.right}
        right = np.array([group in rights for group in self._groups], dtype=np.bool_)
        leading = self._leading.sum(axis=0)
        return float(((self._leading & right[:, None]).sum(axis=0) / np.maximum(leading, 1)).mean())

    def _row(self, place: int) -> int | None:
        group = self._pool.samples[place].group
        return None if group is None else self._groups.index(group)

    def _standing(self, place: int) -> tuple[float, ...]:
        return self._pool.samples[place].standing
