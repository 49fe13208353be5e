"""Worth: what the likelihoods of a step's tokens come to, as a value between 0 and 1."""

import math
from collections.abc import Sequence
from typing import Protocol

from its_reward.engine import Floats, Likelihood


class Worth(Protocol):
    """A way to value steps."""

    def evidence(self, reads: Sequence[Likelihood]) -> Floats:
        """Return [T] what each token says, from what the engines read of it."""
        ...

    def step(self, evidence: Floats) -> float:
        """Return the value of a step from its tokens' evidence."""
        ...

    def whole(self, values: Sequence[float]) -> float:
        """Return the model's own score of a trajectory from its step values."""
        ...


class WorstToken:
    """exp(min over the tokens of (log p(token) - log p(mode))): 1 where the reference would have written the same."""

    def evidence(self, reads: Sequence[Likelihood]) -> Floats:
        return reads[0].tokens - reads[0].modes

    def step(self, evidence: Floats) -> float:
        return math.exp(evidence.min()) if evidence.size else 1.0

    def whole(self, values: Sequence[float]) -> float:
        return min(values)


class DensityRatio:
    """sigmoid(sum over the tokens of (log p_reference - log p_policy)): a half where both agree.

    Xu et al. 2024, "Dr. SoW: Density Ratio of Strong-over-weak LLMs", equation 2, of which this is a monotone
    function (arXiv 2411.02481). Beyond +-30 nats it is as good as certain.
    """

    def evidence(self, reads: Sequence[Likelihood]) -> Floats:
        reference, policy = reads
        return reference.tokens - policy.tokens

    def step(self, evidence: Floats) -> float:
        return _sigmoid(float(evidence.sum()))

    def whole(self, values: Sequence[float]) -> float:
        return _sigmoid(math.fsum(map(_logit, values)))


CERTAIN = 30.0
"""Nats; a double still tells sigmoid(30) from 1."""


def _sigmoid(nats: float) -> float:
    return math.nan if math.isnan(nats) else 1 / (1 + math.exp(-max(-CERTAIN, min(CERTAIN, nats))))


def _logit(value: float) -> float:
    floor = 1 / (1 + math.exp(CERTAIN))
    bounded = max(floor, min(1 - floor, value))
    return math.log(bounded) - math.log1p(-bounded)
