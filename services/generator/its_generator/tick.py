"""What a running job reports: new tokens, ends of sequences, and in the end what it used."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class StopReason(Enum):
    """Why a sequence ended; named as in the contract."""

    EOS = "eos"
    STOP = "stop"
    STEP = "step"
    LENGTH = "length"
    CANCELLED = "cancelled"
    ERROR = "error"
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class Top:
    """The most probable tokens at one place, best first."""

    token_ids: Sequence[int]
    logprobs: Sequence[float]
    texts: Sequence[bytes] = ()
    """Their bytes; empty unless asked for."""


@dataclass(frozen=True, slots=True)
class Delta:
    """New tokens of one sequence."""

    sequence: int
    """Number of the sequence in the job; those of the first branch come first."""
    offset: int
    """Place of the first of these tokens in the sequence, its prefix not counted."""
    token_ids: Sequence[int]
    """Empty where the engine tells no ids."""
    text: str
    """Text that is certain by now; unfinished characters and possible beginnings of stop texts wait."""
    logprobs: Sequence[float] = ()
    """One a token, of the model itself (temperature 1, before any filter); empty unless asked for."""
    top: Sequence[Top] = ()
    completed_step: int | None = None
    """Number of the step, from 0, that the last of these tokens completes."""
    texts: Sequence[bytes] = ()
    """The bytes of each token; empty unless asked for."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of one sequence."""

    sequence: int
    reason: StopReason
    completion_tokens: int
    """Tokens sampled for it, end-of-sequence and stop tokens included."""
    stop_text: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a job used, in tokens."""

    prompt_tokens: int
    """Prompt and prefix, once a branch."""
    cached_prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Tick:
    """News of one job, coalesced over its sequences."""

    deltas: Sequence[Delta] = ()
    finished: Sequence[Finished] = ()
    usage: Usage | None = None
    """Set in the last tick only."""
