"""What one sequence draws: its stream of random numbers, and how it bends the logits before a token is drawn."""

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from its_generator.backends.embedded.forms import Guide
from its_generator.sampling import Sampling
from its_models.decoder import Floats


class Draws:
    """The draws of one sequence. The i-th number depends on the stream and on i only.

    The stream is counter-based: Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3".
    """

    def __init__(
        self,
        sampling: Sampling,
        stream: int,
        prompt: Sequence[int],
        ends: Set[int],
        vocabulary_size: int,
        guide: Guide | None = None,
    ) -> None:
        self.sampling = sampling
        self.bends = guide is not None or sampling_bends(sampling)
        """Whether `bend` does anything."""
        self._random = np.random.Generator(np.random.Philox(key=stream))
        self._ready: list[float] = []
        self._drawn = 0
        self._guide = guide
        self._ends = np.fromiter(ends, np.int64)
        self._bias_ids = np.fromiter(sampling.logit_bias, np.int64)
        self._bias = np.fromiter(sampling.logit_bias.values(), np.float32)
        if self.bends:
            self._counts: NDArray[np.int32] = np.zeros(vocabulary_size, np.int32)
            self._seen: NDArray[np.bool_] = np.zeros(vocabulary_size, np.bool_)
            self._seen[np.asarray(prompt, np.int64)] = True

    def uniform(self) -> float:
        """Return the next number in [0, 1)."""
        if not self._ready:
            self._ready = self._random.random(BLOCK).tolist()
            self._ready.reverse()
        return self._ready.pop()

    def took(self, token: int) -> None:
        """Take note of the token that was drawn, which counts where draws are bent."""
        self._drawn += 1
        self._counts[token] += 1
        self._seen[token] = True
        if self._guide:
            self._guide.took(token)

    def bend(self, logits: Floats) -> None:
        """Apply penalties, bias, the least length and a form to one row of logits, in place."""
        sampling = self.sampling
        if sampling.repetition_penalty != 1:
            seen = logits[self._seen]
            factor = np.float32(sampling.repetition_penalty)
            logits[self._seen] = np.where(seen > 0, seen / factor, seen * factor)
        if sampling.frequency_penalty:
            logits -= np.float32(sampling.frequency_penalty) * self._counts
        if sampling.presence_penalty:
            logits -= np.float32(sampling.presence_penalty) * (self._counts > 0)
        if self._bias.size:
            logits[self._bias_ids] += self._bias
        if self._drawn < sampling.min_tokens:
            logits[self._ends] = -np.inf
        if self._guide:
            self._guide.bend(logits)


def sampling_bends(sampling: Sampling) -> bool:
    """Return whether sampling asks for more than temperature and filters."""
    return bool(
        sampling.repetition_penalty != 1
        or sampling.frequency_penalty
        or sampling.presence_penalty
        or sampling.logit_bias
        or sampling.min_tokens
    )


BLOCK = 64
"""Numbers made at once."""
