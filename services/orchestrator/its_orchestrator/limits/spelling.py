"""The spelling of a text: the tokens that make it, and how far whole ones do."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from its_orchestrator.candidate import Token


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text and the tokens that make it."""

    text: str
    tokens: Sequence[Token] = ()


def making(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """Return those of `tokens` that make `text`; what follows was a stop text, or an end."""
    size, ends = len(text.encode()), accumulate(len(token.text) for token in tokens)
    begins = [0, *ends][: len(tokens)]
    return [token for token, begin in zip(tokens, begins, strict=True) if begin < size]


def beginning(text: str, tokens: Sequence[Token]) -> Spelled:
    """Return as much of `text` as whole ones of `tokens` spell, and those.

    Bytes that are no character are read as decoders write them, U+FFFD. Where the tokens spell something else, what
    comes before that is all.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    place = sure = size = 0
    for number, token in enumerate(tokens, 1):
        if place == len(text):
            break
        piece = decoder.decode(token.text)
        if not text.startswith(piece, place):
            break
        place += len(piece)
        if not decoder.getstate()[0]:
            sure, size = number, place
    return Spelled(text[:size], tokens[:sure])


def shared(some: Sequence[Sequence[Token]]) -> Sequence[Token]:
    """Return the tokens that all of `some` begin with; none for none."""
    first, *others = some or [()]
    shortest = min(map(len, others), default=len(first))
    same = (all(other[at] == first[at] for other in others) for at in range(min(shortest, len(first))))
    return first[: next((at for at, one in enumerate(same) if not one), min(shortest, len(first)))]
