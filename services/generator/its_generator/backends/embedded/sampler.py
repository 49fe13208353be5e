"""Tokens drawn for all sequences of a batch at once, each from its own stream."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from its_generator.backends.embedded.draws import Draws
from its_generator.backends.embedded.quantiles import Quantiles
from its_models.decoder import Floats


class Sampler:
    """Draws for a batch whose rows stay the same; make a new one when rows join or leave.

    One uniform number a token, looked up in the cumulative distribution: the Gumbel trick would take one for each
    word of the vocabulary. Filters keep ties at their edge.
    """

    def __init__(self, rows: Sequence[Draws]) -> None:
        self._rows = rows
        self._quantiles: Quantiles | None = None
        sampling = [row.sampling for row in rows]
        self._bent = [place for place, row in enumerate(rows) if row.bends]
        self._greedy = np.array([one.temperature == 0 for one in sampling])
        self._temperature = _column([one.temperature or 1.0 for one in sampling])
        self._min_p = _column([one.min_p for one in sampling])
        self._filtered = np.flatnonzero([one.top_k > 0 or one.top_p < 1 for one in sampling])
        self._top_k = np.array([one.top_k for one in sampling])
        self._top_p = _column([one.top_p for one in sampling])
        self._has_min_p = bool(self._min_p.any())
        self._is_plain = bool((self._temperature == 1).all())

    def draw(self, logits: Floats) -> list[int]:
        """Return a token for each row of `logits` [rows, vocabulary]."""
        if self._bent:
            logits = logits.copy()
            for place in self._bent:
                self._rows[place].bend(logits[place])
        if self._greedy.all():
            tokens = logits.argmax(axis=1)
        elif self._greedy.any():
            tokens = np.where(self._greedy, logits.argmax(axis=1), self._drawn(logits))
        else:
            tokens = self._drawn(logits)
        drawn: list[int] = tokens.tolist()
        for place in self._bent:
            self._rows[place].took(drawn[place])
        return drawn

    def _drawn(self, logits: Floats) -> NDArray[np.int64]:
        shares = np.subtract(logits, logits.max(axis=1, keepdims=True))
        if not self._is_plain:
            shares /= self._temperature
        np.exp(shares, out=shares)
        if self._has_min_p:
            shares[shares < self._min_p] = 0
        if self._filtered.size:
            self._filter(shares)
        self._quantiles = self._quantiles or Quantiles(*shares.shape)
        return self._quantiles.of(shares, np.array([row.uniform() for row in self._rows]))

    def _filter(self, shares: Floats) -> None:
        rows = self._filtered
        some, size = shares[rows], shares.shape[1]
        best = -np.sort(-some, axis=1)
        k = np.where(self._top_k[rows] > 0, np.minimum(self._top_k[rows], size), size)
        best[np.arange(size) >= k[:, None]] = 0
        sums = np.cumsum(best, axis=1, dtype=np.float64)
        enough = (sums >= self._top_p[rows] * sums[:, -1:]).argmax(axis=1)
        edge = best[np.arange(len(rows)), np.where(self._top_p[rows, 0] < 1, enough, k - 1)]
        some[some < edge[:, None]] = 0
        shares[rows] = some


def log_probabilities(logits: Floats) -> Floats:
    """Return the log-probabilities [rows, vocabulary] of logits [rows, vocabulary]."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _column(values: Sequence[float]) -> NDArray[Any]:
    return np.array(values, np.float32)[:, None]
