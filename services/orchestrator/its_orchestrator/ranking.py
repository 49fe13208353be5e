"""Ranking: which of several candidates is the best, where scores decide."""

import math
from collections.abc import Sequence

from its_orchestrator.candidate import Candidate


def standing(candidate: Candidate) -> tuple[float, bool, bool]:
    """Return what compares candidates: the score, then whether it ended, then whether it says anything."""
    score = -math.inf if candidate.score is None else candidate.score
    return score, candidate.finished, bool(candidate.text)


def best(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the best of `candidates`, the earliest of equals; None of none."""
    return max(candidates, key=standing, default=None)
