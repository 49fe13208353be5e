"""The log-probabilities that some rows of a batch report."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from its_generator.backends.embedded.sampler import log_probabilities
from its_generator.tick import Top
from its_models.decoder import Floats


class Report(NamedTuple):
    """What is reported beside one token."""

    logprob: float | None = None
    top: Top | None = None


class Logprobs:
    """For a batch whose rows stay the same; of the model itself, before temperature, filters and penalties."""

    def __init__(self, wishes: Sequence[int | None]) -> None:
        """Take for each row how many alternatives it wants, None for no log-probabilities at all."""
        self._places = [place for place, wish in enumerate(wishes) if wish is not None]
        self._tops = [wish for wish in wishes if wish is not None]
        self._most = max(self._tops, default=0)

    def of(self, logits: Floats, tokens: Sequence[int]) -> dict[int, Report]:
        """Return the token's own and the best alternatives of each row that wants them; logits [rows, vocabulary]."""
        if not self._places:
            return {}
        values = log_probabilities(logits[self._places])
        best = _best(values, self._most) if self._most else None
        reports: dict[int, Report] = {}
        for line, (place, top) in enumerate(zip(self._places, self._tops, strict=True)):
            own = float(values[line, tokens[place]])
            reports[place] = Report(own, _top(values[line], best[line, :top]) if best is not None and top else None)
        return reports


def _best(values: Floats, most: int) -> NDArray[np.int64]:
    """Return the ids [rows, most] of the largest values, best first; sorting the whole vocabulary costs ten times it.

    Of equal ones among them the smaller id comes first.
    """
    found = np.sort(np.argpartition(values, -most, axis=1)[:, -most:], axis=1)
    order = np.argsort(-np.take_along_axis(values, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def _top(values: Floats, ids: NDArray[np.int64]) -> Top:
    return Top(ids.tolist(), values[ids].tolist())
