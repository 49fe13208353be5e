"""A branch's prompt on its way into the engine: what the prefix cache has is taken, the rest is computed in parts."""

import numpy as np

from its_generator.backend import Branch
from its_generator.backends.embedded.prefix_cache import PrefixCache
from its_models.decoder import Cache, Decoder, Floats


class Prefill:
    """Keys and values of all tokens of a branch but the last, which is the first that the batch reads."""

    def __init__(self, decoder: Decoder, prefixes: PrefixCache, branch: Branch) -> None:
        self.branch = branch
        self._decoder = decoder
        self._prefixes = prefixes
        self._token_ids = branch.token_ids[:-1]
        self.cached_tokens, parts = prefixes.find(self._token_ids)
        """How many of the tokens were computed before."""
        self._values = np.concatenate(parts, axis=2) if parts else _none(decoder)

    @property
    def missing(self) -> int:
        """How many tokens are still to be computed."""
        return len(self._token_ids) - self._values.shape[2]

    @property
    def values(self) -> Floats:
        """Keys and values so far: [2 * layers, heads, tokens, head size]."""
        return self._values

    def advance(self, most: int) -> None:
        """Compute at most so many of the missing tokens; remember all of them once none is missing."""
        done = self._values.shape[2]
        new = np.array([self._token_ids[done : done + most]], np.int64)
        end = done + new.shape[1]
        positions = np.arange(done, end, dtype=np.int64)[None]
        past = Cache(tuple(np.ascontiguousarray(self._values[:, None])))
        _, cache = self._decoder.forward(new, positions, np.ones((1, end), np.int64), past)
        self._values = np.concatenate(cache.arrays)
        if not self.missing:
            self._prefixes.add(self._token_ids, lambda start: self._values[:, :, start:].copy())


def _none(decoder: Decoder) -> Floats:
    return np.zeros((2 * decoder.layers, decoder.kv_heads, 0, decoder.head_dim), np.float32)
