"""The prefix cache: keys and values of prompts and steps that were read before, least recently used out first."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from its_reward.engine import Floats

Key = bytes
"""All token ids from the beginning to the end of a segment: exact, so no two texts are ever confused."""


class PrefixCache:
    """Segments between two cuts, found by everything that stands before their end. Forks share what is common."""

    def __init__(self, capacity: int) -> None:
        """Keep at most `capacity` bytes of keys and values."""
        self._capacity = capacity
        self._size = 0
        self._segments = OrderedDict[Key, Floats]()

    def __contains__(self, prefix: Sequence[int]) -> bool:
        return key(prefix) in self._segments

    def find(self, ids: Sequence[int], cuts: Sequence[int]) -> list[Floats]:
        """Return the segments of `ids`, from its beginning up to the last cut without a gap.

        A segment is [layers x 2, heads, positions, head size].
        """
        whole, found = key(ids), list[Floats]()
        for start, end in pairwise((0, *cuts)):
            name = whole[: end * _WIDTH]
            if start == end:
                continue
            if name not in self._segments:
                break
            self._segments.move_to_end(name)
            found.append(self._segments[name])
        return found

    def put(self, prefix: Sequence[int], segment: Floats) -> None:
        """Remember the last segment of `prefix`."""
        name = key(prefix)
        if segment.nbytes > self._capacity or name in self._segments:
            return
        self._segments[name] = segment
        self._size += segment.nbytes
        while self._size > self._capacity:
            self._size -= self._segments.popitem(last=False)[1].nbytes


def key(prefix: Sequence[int]) -> Key:
    """Return the name of a prefix."""
    return np.asarray(prefix, np.int32).tobytes()


_WIDTH = np.dtype(np.int32).itemsize
