"""The reader: one thread's view of the engine. Passages in, logits out, in as few forward passes as memory allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from its_models.decoder import Cache, Decoder
from its_reward.engine import Floats, Passage
from its_reward.engines.embedded.prefix_cache import PrefixCache

LOGITS_LIMIT = 64 << 20
"""Most logits of one forward pass (256 MiB)."""


@dataclass(slots=True)
class Work:
    """What an engine has done since it was opened."""

    forwards: int = 0
    passages: int = 0
    tokens: int = 0
    """Tokens computed, padding not counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """A passage in a forward pass."""

    passage: Passage
    past: Sequence[Floats]
    """Segments of its beginning, from the prefix cache."""
    start: int
    """Place of the first token to compute: the last one before `first`, whose logits speak of it, or earlier."""

    @property
    def new(self) -> int:
        """How many tokens are computed."""
        return len(self.passage.ids) - self.start


@dataclass(frozen=True, slots=True)
class Pages:
    """What was read of one passage."""

    passage: Passage
    logits: Floats
    """[T + 1, V]: what comes next before each token from `first` on, and after the last."""
    cached: int


class Reader:
    """Reads passages. Not to be called from two threads."""

    def __init__(self, decoder: Decoder, cache: PrefixCache, max_tokens: int) -> None:
        self.work = Work()
        self._decoder = decoder
        self._cache = cache
        self._max_tokens = max(1, min(max_tokens, LOGITS_LIMIT // decoder.vocabulary_size))

    def plan(self, passages: Sequence[Passage]) -> Iterator[list[Passage]]:
        """Yield the passages in groups, each for one `read`; planned as it goes, since a group fills the cache.

        Of passages that share a beginning which nobody has read yet, one goes first and the others find it.
        """
        leaders = {passage.ids[: passage.first]: passage for passage in reversed(passages)}
        alone = {id(p) for begin, p in leaders.items() if begin not in self._cache}
        for wave in ([p for p in passages if id(p) in alone], [p for p in passages if id(p) not in alone]):
            yield from self._groups(wave)

    def read(self, group: Sequence[Passage]) -> list[Pages]:
        """Read a group in one forward pass."""
        rows = [self._row(passage) for passage in group]
        past, logits = self._forward(rows)
        self.work.forwards += 1
        self.work.passages += len(rows)
        self.work.tokens += sum(row.new for row in rows)
        return [self._pages(index, row, past, logits) for index, row in enumerate(rows)]

    def _groups(self, passages: Sequence[Passage]) -> Iterator[list[Passage]]:
        group, longest = list[Passage](), 0
        for passage in sorted(passages, key=_unread):
            longest = max(longest, _unread(passage))
            if group and (len(group) + 1) * longest > self._max_tokens:
                yield group
                group, longest = [], _unread(passage)
            group.append(passage)
        if group:
            yield group

    def _row(self, passage: Passage) -> Row:
        past = self._cache.find(passage.ids, [cut for cut in passage.cuts if cut <= passage.first])
        known = sum(segment.shape[2] for segment in past)
        return Row(passage, past, min(known, passage.first - 1))

    def _forward(self, rows: Sequence[Row]) -> tuple[Cache, Floats]:
        length, new = max(row.start for row in rows), max(row.new for row in rows)
        ids, positions = np.zeros((2, len(rows), new), np.int64)
        mask = np.zeros((len(rows), length + new), np.int64)
        for index, row in enumerate(rows):
            ids[index, : row.new] = row.passage.ids[row.start :]
            positions[index, : row.new] = range(row.start, row.start + row.new)
            mask[index, : row.start] = 1
            mask[index, length : length + row.new] = 1
        logits, cache = self._decoder.forward(ids, positions, mask, self._past(rows, length))
        return cache, logits

    def _past(self, rows: Sequence[Row], length: int) -> Cache:
        decoder = self._decoder
        arrays = np.zeros((2 * decoder.layers, len(rows), decoder.kv_heads, length, decoder.head_dim), np.float32)
        for index, row in enumerate(rows):
            place = 0
            for segment in row.past:
                end = min(place + segment.shape[2], row.start)
                arrays[:, index, :, place:end] = segment[:, :, : end - place]
                place = end
        return Cache(tuple(arrays))

    def _pages(self, index: int, row: Row, cache: Cache, logits: Floats) -> Pages:
        self._remember(index, row, cache, cache.length - logits.shape[1])
        return Pages(row.passage, logits[index, row.passage.first - 1 - row.start : row.new], row.start)

    def _remember(self, index: int, row: Row, cache: Cache, length: int) -> None:
        passage = row.passage
        for begin, end in pairwise((0, *passage.cuts)):
            if begin < row.start or begin == end or (begin >= passage.first and not passage.keep):
                continue
            place = slice(length + begin - row.start, length + end - row.start)
            self._cache.put(passage.ids[:end], np.stack([array[index, :, place] for array in cache.arrays]))


def _unread(passage: Passage) -> int:
    return len(passage.ids) - passage.first + 1
