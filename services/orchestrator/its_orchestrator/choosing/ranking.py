"""Ranking: which of several candidates is the best, where scores decide."""

import math
from collections.abc import Sequence

from its_orchestrator.candidate import Candidate


def standing(candidate: Candidate) -> tuple[bool, float, bool]:
    """Return what compares candidates: whether it ended, then the score, then whether it says anything.

    The score of an answer that was cut off is that of its beginning, which says little about its end.
    """
    score = -math.inf if candidate.score is None else candidate.score
    return candidate.finished, score, bool(candidate.text)


def best(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the best of `candidates`, the earliest of equals; None of none."""
    return max(candidates, key=standing, default=None)


def worth(scores: Sequence[float | None], low: float, high: float) -> list[float]:
    """Return what each score is worth in a vote: never negative, so that one more equal answer never hurts.

    That is how far it stands above the lowest possible one, as a share of the range where that is finite; scores
    without a lowest are log-weights, and come as exp(score - best). An absent score is worth nothing.
    """
    if math.isfinite(low):
        width = high - low if math.isfinite(high) and low < high else 1.0
        return [0.0 if score is None else max(0.0, score - low) / width for score in scores]
    most = max((score for score in scores if score is not None), default=0.0)
    return [0.0 if score is None else math.exp(score - most) for score in scores]
