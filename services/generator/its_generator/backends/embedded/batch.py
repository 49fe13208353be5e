"""The running batch: sequences of different length and age that take each step together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from its_generator.backends.embedded.draws import Draws
from its_generator.backends.embedded.work import Work
from its_generator.completion import Completion
from its_models.decoder import Cache, Decoder, Floats


@dataclass(slots=True, eq=False)
class Row:
    """One sequence in the batch."""

    work: Work
    completion: Completion
    draws: Draws
    prompt: tuple[int, ...]
    token: int
    """The token that it reads next."""
    length: int
    """Tokens that it has read: those whose keys and values the batch holds."""
    prefix: Floats | None
    """Keys and values to begin with, [2 * layers, heads, length, head size]; None once they are in the batch."""


class Batch:
    """Rows end at the same column, so a row's own columns are the last ones, and the mask is a staircase."""

    def __init__(self, decoder: Decoder) -> None:
        self.rows: list[Row] = []
        self._decoder = decoder
        self._cache = decoder.empty(0)
        self._columns = np.arange(2 * decoder.max_context)
        self._starts = np.zeros((0, 1), np.int64)
        """Where each row's own columns begin: it stays, as rows and columns grow alike."""

    @property
    def idle(self) -> int:
        """How many rows have ended and still take part."""
        return sum(row.completion.finished is not None for row in self.rows)

    @property
    def width(self) -> int:
        """How many columns of keys and values there are."""
        return self._cache.length

    def step(self) -> Floats:
        """Let every row read its token; return the logits of the next one, [rows, vocabulary]."""
        width = self._cache.length
        mask = (self._columns[: width + 1] >= self._starts).astype(np.int64)
        tokens = np.array([[row.token] for row in self.rows])
        # A row that ended at the context's end may wait here for a while: what it reads is nobody's.
        positions = np.minimum(width - self._starts, self._decoder.max_context - 1)
        logits, self._cache = self._decoder.forward(tokens, positions, mask, self._cache)
        for row in self.rows:
            row.length += 1
        return logits[:, 0]

    def rearrange(self, joining: Sequence[Row], leaving: Collection[Row] = ()) -> None:
        """Drop the rows that have ended, and those that are leaving, and add others."""
        rows = enumerate(self.rows)
        staying = [place for place, row in rows if row.completion.finished is None and row not in leaving]
        self.rows = [*(self.rows[place] for place in staying), *joining]
        width = max((row.length for row in self.rows), default=0)
        arrays = enumerate(self._cache.arrays)
        self._cache = Cache(tuple(_moved(old, layer, staying, joining, width) for layer, old in arrays))
        for row in joining:
            row.prefix = None
        self._starts = np.array([[width - row.length] for row in self.rows])

    def values(self, place: int, start: int) -> Floats:
        """Return a copy of a row's keys and values from its `start`-th token on, as the prefix cache keeps them."""
        first = self._cache.length - self.rows[place].length + start
        return np.stack([array[place, :, first:] for array in self._cache.arrays])


def _moved(old: Floats, layer: int, staying: list[int], joining: Sequence[Row], width: int) -> Floats:
    _, heads, had, size = old.shape
    kept = min(had, width)
    if kept == width and not joining:
        return old[staying, :, had - width :]
    # Zeros: what is masked must still be finite.
    new = np.zeros((len(staying) + len(joining), heads, width, size), np.float32)
    new[: len(staying), :, width - kept :] = old[staying, :, had - kept :]
    for place, row in enumerate(joining, len(staying)):
        assert row.prefix is not None
        new[place, :, width - row.length :] = row.prefix[layer]
    return new
