"""Given tokens on their way through the engine: read in parts between the batch's steps, nothing is sampled."""

import asyncio
from collections.abc import Sequence

import numpy as np

from its_generator.backend import Evaluated, Passage
from its_generator.backends.embedded.prefix_cache import PrefixCache
from its_generator.backends.embedded.sampler import log_probabilities
from its_models.decoder import Cache, Decoder, Floats
from its_runtime.errors import ItsError


class Evaluation:
    """Belongs to the engine's thread, except for `answer`, which the event loop waits for and may cancel."""

    def __init__(self, passages: Sequence[Passage], temperature: float, loop: asyncio.AbstractEventLoop) -> None:
        self.answer: asyncio.Future[Evaluated] = loop.create_future()
        self._passages = passages
        self._temperature = temperature
        self._loop = loop
        self._place = self._read = self._cached = 0
        self._past: Floats | None = None
        self._logprobs: list[list[float]] = [[] for _ in passages]

    def advance(self, decoder: Decoder, prefixes: PrefixCache, most: int) -> bool:
        """Read at most `most` tokens of one passage; return whether there is nothing more to do."""
        if self.answer.cancelled():
            return True
        passage = self._passages[self._place]
        if self._past is None:
            self._begin(passage, decoder, prefixes)
        # The last token is read by nobody: nothing comes after it.
        end = min(self._read + most, len(passage.token_ids) - 1)
        if end > self._read:
            self._advance(passage, decoder, end)
        if end == len(passage.token_ids) - 1:
            self._place, self._past = self._place + 1, None
        if self._place < len(self._passages):
            return False
        self._tell()
        return True

    def fail(self, error: ItsError) -> None:
        """Tell whoever waits that there is nothing to come."""
        self._loop.call_soon_threadsafe(lambda: self.answer.done() or self.answer.set_exception(error))

    def _begin(self, passage: Passage, decoder: Decoder, prefixes: PrefixCache) -> None:
        """Take what is known of the tokens before the one whose logits are wanted first."""
        self._read, parts = prefixes.find(passage.token_ids[: passage.start - 1])
        self._cached += self._read
        nothing = np.zeros((2 * decoder.layers, decoder.kv_heads, 0, decoder.head_dim), np.float32)
        self._past = np.concatenate(parts, axis=2) if parts else nothing

    def _advance(self, passage: Passage, decoder: Decoder, end: int) -> None:
        assert self._past is not None
        new = np.array([passage.token_ids[self._read : end]], np.int64)
        positions = np.arange(self._read, end, dtype=np.int64)[None]
        past = Cache(tuple(np.ascontiguousarray(self._past[:, None])))
        logits, cache = decoder.forward(new, positions, np.ones((1, end), np.int64), past)
        self._past = np.concatenate(cache.arrays)
        first = max(self._read, passage.start - 1)
        if first < end:
            values = log_probabilities(logits[0, first - self._read :] / np.float32(self._temperature))
            tokens = np.array(passage.token_ids[first + 1 : end + 1])
            self._logprobs[self._place] += values[np.arange(len(tokens)), tokens].tolist()
        self._read = end

    def _tell(self) -> None:
        found = Evaluated(self._logprobs, self._cached)
        self._loop.call_soon_threadsafe(lambda: self.answer.done() or self.answer.set_result(found))
