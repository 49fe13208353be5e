"""How tokens are drawn, and the streams that all randomness flows from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn; the fields are those of `its.chat.v1.Sampling`, their defaults filled in."""

    temperature: float = 1.0
    """0 is greedy."""
    top_p: float = 1.0
    top_k: int = 0
    """0 for all."""
    min_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repetition_penalty: float = 1.0
    logit_bias: Mapping[int, float] = field(default_factory=dict[int, float])
    max_tokens: int | None = None
    """None: whatever the context has room for."""
    min_tokens: int = 0
    """Holds off the model's own end, stop tokens and stop texts; the step policy is not held off."""
    stop: tuple[str, ...] = ()
    stop_token_ids: frozenset[int] = frozenset()


FIELDS = frozenset(
    {
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "presence_penalty",
        "frequency_penalty",
        "repetition_penalty",
        "logit_bias",
        "max_tokens",
        "min_tokens",
        "stop",
        "stop_token_ids",
        "seed",
        "thinking",
    }
)
"""Every field of the contract's `Sampling`; a backend that honours all of them reports these."""


def derived_seed(seed: int, place: int) -> int:
    """Return the seed of the `place`-th branch of a request, or the stream of the `place`-th sequence of a branch.

    Both are 64-bit. A hash keeps streams of neighbouring seeds apart, which adding the place would not.
    """
    material = seed.to_bytes(8, "little") + place.to_bytes(8, "little")
    return int.from_bytes(blake2b(material, digest_size=8).digest(), "little")
