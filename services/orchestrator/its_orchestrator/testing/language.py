"""A toy language: a finite list of answers, one token a character, drawn with exact conditional chances."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from its_orchestrator.seeds import stream

END = 0x110000
"""The token that ends an answer; every other token is the code point of its character, which is less."""


@dataclass
class Language:
    """Answers and how often each is said; with `in_order`, answers that begin anew are said one after another."""

    answers: Sequence[str]
    weights: Sequence[float] | None = None
    in_order: bool = False
    _said: int = field(default=0, init=False)

    def rest(self, prefix: str, seed: int, number: int) -> str:
        """Return how the answer that begins with `prefix` goes on, for the `number`-th sequence of a branch."""
        if self.in_order and not prefix:
            self._said += 1
            return self.answers[(self._said - 1) % len(self.answers)]
        weights = self.weights or [1.0] * len(self.answers)
        possible = [(one, weight) for one, weight in zip(self.answers, weights, strict=True) if one.startswith(prefix)]
        if not possible:
            return ""
        texts, chances = zip(*possible, strict=True)
        return stream(seed, number).choices(texts, chances)[0][len(prefix) :]

    def logprob(self, prefix: str, token: int) -> float:
        """Return the logarithm of the chance that `token` follows `prefix`."""
        weights = self.weights or [1.0] * len(self.answers)
        said = [(one, weight) for one, weight in zip(self.answers, weights, strict=True) if one.startswith(prefix)]
        rest = "" if token == END else chr(token)
        goes_on = [(one, weight) for one, weight in said if one.startswith(prefix + rest) and (rest or one == prefix)]
        before, after = (sum(weight for _, weight in some) for some in (said, goes_on))
        return math.log(after / before) if after else -math.inf


def ids(text: str) -> tuple[int, ...]:
    """Return the tokens of `text`."""
    return tuple(map(ord, text))


def text(token_ids: Sequence[int]) -> str:
    """Return the text of tokens."""
    return "".join(chr(one) for one in token_ids if one != END)
