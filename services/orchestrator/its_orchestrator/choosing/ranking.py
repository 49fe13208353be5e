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
