"""The tokens that complete a step by themselves, so that the engine can stop there without being told."""

from collections.abc import Sequence
from functools import lru_cache


class Closers:
    """Knows the vocabulary's texts, and remembers what it found for recent delimiters."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take the text of every token, by its id."""
        self._texts = texts
        self.of = lru_cache(maxsize=256)(self._of)

    def _of(self, delimiters: tuple[str, ...]) -> frozenset[int]:
        """Return tokens that hold one of the delimiters whole.

        Only the first ones, which a tokenizer learned first and a model says most: vLLM looks every sampled token
        up in a list. The step that another token completes is noticed here, a token or two later.
        """
        found = [token for token, text in enumerate(self._texts) if any(end in text for end in delimiters)]
        return frozenset(found[:MOST])


MOST = 64
