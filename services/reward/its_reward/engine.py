"""What likelihood and process scorers need of a language model: to read what it thinks of given tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from its_runtime.fairness import ALONE, Flow

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Passage:
    """A prompt and a trajectory as token ids."""

    ids: tuple[int, ...]
    """All tokens: the prompt's, then the steps'."""
    cuts: tuple[int, ...]
    """Where the prompt and each step end in `ids` (exclusive), ascending; prefixes that others may share."""
    first: int
    """Place of the first token to be read, at least 1; a cut. What stands before is context only."""
    keep: bool
    """Whether the passage may go on, so that its keys and values are worth keeping."""
    flow: Flow = field(default=ALONE, compare=False)
    """What it belongs to, and for whom it is read; read once for all who want the same."""

    @property
    def steps(self) -> int:
        """Number of steps, known ones included."""
        return len(self.cuts) - 1


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What a model thinks of the tokens from `first` on."""

    tokens: Floats
    """[T] log p(token | all before it); one more for the end, where it was asked for."""
    modes: Floats
    """[T] log p of the most probable token at the same place."""
    cached: int
    """How many of the passage's tokens weren't computed for it."""


@dataclass(frozen=True, slots=True)
class Probes:
    """What a model would say next at the ends of steps, among given tokens or classes."""

    logprobs: Floats
    """[C, K] log-probabilities of the K probes after each of the C cuts greater than `first`, repeats included."""
    cached: int
    """How many of the passage's tokens weren't computed for it."""


class Engine(Protocol):
    """A loaded language model that reads. Cancelling a call drops its work before it is computed."""

    @property
    def max_context(self) -> int:
        """Most tokens of one passage."""
        ...

    @property
    def revision(self) -> str:
        """Hash or version of the weights; empty when it is not known."""
        ...

    async def likelihood(self, passage: Passage, ends: Sequence[int] = ()) -> Likelihood:
        """Read the passage; with `ends`, also that its likeliest of these tokens follows the last one."""
        ...

    async def probe(self, passage: Passage, probes: Sequence[int]) -> Probes:
        """Read the log-probabilities of `probes`, token ids or a head's classes, after each cut behind `first`."""
        ...

    async def check(self) -> None:
        """Raise Unavailable when it can no longer answer."""
        ...
