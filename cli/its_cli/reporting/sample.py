"""A sample: a candidate of a row, as far as choosing among many needs to know it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from its_cli.evaluating import row
from its_orchestrator.candidate import Candidate, StopReason
from its_orchestrator.choosing.ranking import standing, worth
from its_orchestrator.choosing.voting import conviction


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of a candidate, with the ranks by which the algorithms compare candidates."""

    right: bool
    group: int | None
    """Samples of one group have the same final answer; None has none."""
    score: float | None
    confidence: float | None
    """Mean log-probability of its tokens; None where it isn't known."""
    standing: tuple[float, ...]
    """How best-of-n compares."""
    conviction: tuple[float, ...]
    """How self-consistency compares."""

    @classmethod
    def of(cls, one: row.Candidate, place: int) -> "Sample":
        """Return the sample that a row's candidate at that place is."""
        reason = StopReason(one.stop_reason) if one.stop_reason in REASONS else None
        known = Candidate(str(place), text=one.text, stop_reason=reason, score=one.score, mean_logprob=one.confidence)
        return cls(one.right, one.group, one.score, one.confidence, standing(known), conviction(known))


@dataclass(frozen=True, slots=True)
class Pool:
    """The samples of a row, in its order, and what its reward model's scores may be."""

    samples: Sequence[Sample]
    score_range: tuple[float, float] | None = None
    """The smallest and largest possible score; None where no reward model was used, or the row doesn't know it."""

    @property
    def scored(self) -> bool:
        """Whether a reward model judged the samples."""
        return any(one.score is not None for one in self.samples)

    @property
    def confident(self) -> bool:
        """Whether the confidence of every sample is known."""
        return all(one.confidence is not None for one in self.samples)

    def worths(self, drawn: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return what each sample's vote is worth in each subset that has it, as `worth` does, and 0 elsewhere.

        Args:
            drawn: which samples each subset has, shape (samples, subsets).
        """
        assert self.score_range, "only what is scored is weighed"
        scores = [one.score for one in self.samples]
        if math.isfinite(self.score_range[0]):
            return np.array(worth(scores, *self.score_range))[:, None] * drawn
        logarithms = np.array([-math.inf if score is None else score for score in scores])[:, None]
        reached = np.where(drawn, logarithms, -math.inf)
        most = reached.max(axis=0)
        return np.exp(reached - np.where(np.isfinite(most), most, 0.0))


REASONS = frozenset(reason.value for reason in StopReason)
