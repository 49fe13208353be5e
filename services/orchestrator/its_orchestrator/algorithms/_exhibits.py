"""Exhibits: answers laid out for a model to read, so that none of them can pass for anything but an answer."""

import random
from collections.abc import Sequence

MARK_BITS = 32
"""Bits of the mark in the frames: an answer that was written before it was drawn can't contain it."""


def exhibits(answers: Sequence[str], rng: random.Random) -> str:
    """Return `answers` numbered from 1, each between two lines that bear a mark drawn from `rng`.

    What a chat template would take for the end of a message is broken up.
    """
    mark = f"{rng.getrandbits(MARK_BITS):08x}"
    return "\n\n".join(_framed(number, answer, mark) for number, answer in enumerate(answers, 1))


def _framed(number: int, answer: str, mark: str) -> str:
    inside = answer.strip().replace("<|", "< |")
    return f"[answer {number} | {mark}]\n{inside}\n[end {number} | {mark}]"
