"""A claim: what a call that wants to be let in says of its tenant and itself."""

from dataclasses import dataclass

from its_orchestrator.budget import Budget

LIKELY_TOKENS = 256
"""Tokens that a sample is thought to take where nothing limits it."""
BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tenant may do; 0 is no limit."""

    requests_per_minute: int = 0
    concurrent: int = 0
    """Requests at once."""
    tokens_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """One call."""

    limits: Limits
    tokens: int
    """How many it is likely to use."""
    request: str = ""
    """The request that it is a part of, where that makes several `calls`."""
    calls: int = 1


def prompt_tokens(prompt_bytes: int) -> int:
    """Return how many tokens a prompt is likely to have."""
    return prompt_bytes // BYTES_PER_TOKEN


def likely_tokens(prompt_bytes: int, budget: Budget, max_tokens: int | None) -> int:
    """Return how many tokens a run is likely to use, before it has begun."""
    return prompt_tokens(prompt_bytes) + (budget.tokens or (budget.samples or 1) * (max_tokens or LIKELY_TOKENS))
