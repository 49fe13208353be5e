"""Waves: how many samples to start at once where tokens are limited."""

from collections.abc import Sequence

UNKNOWN_LENGTH = 256
"""Tokens that an answer is assumed to take before one has ended."""
SLACK = 1.25
"""How much longer than the mean of those before it an answer may be without being cut off."""


def next_wave(wanted: int, left: int | None, most: int | None, lengths: Sequence[int]) -> int:
    """Return how many of `wanted` samples to start with `left` tokens, at least one.

    `most` is the most tokens of one sample, `lengths` are those of the samples that have ended.
    """
    if left is None:
        return wanted
    typical = SLACK * sum(lengths) / len(lengths) if lengths else UNKNOWN_LENGTH
    each = max(1, int(typical if most is None else min(most, typical)))
    return max(1, min(wanted, left // each))
