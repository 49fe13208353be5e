"""Choosing among some of the recorded samples: what a smaller budget would have given, without asking again.

pass@k is Chen et al. 2021, section 2.1, https://arxiv.org/abs/2107.03374; best-of-n's expectation is exact too. Votes
are counted in every subset where there are few, and in SUBSETS random ones otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import comb, exp
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from its_cli.reporting.results import Sample

SUBSETS = 500
"""Most subsets whose votes are counted."""

Rule: TypeAlias = Callable[[Sequence[Sample], int], float]
"""Returns the chance that k of the samples, drawn without replacement, lead to a right answer."""


def passed(samples: Sequence[Sample], k: int) -> float:
    """Return the chance that one of k is right."""
    wrong = sum(not one.right for one in samples)
    return 1 - comb(wrong, k) / comb(len(samples), k)


def best(samples: Sequence[Sample], k: int) -> float:
    """Return the chance that the highest score of k is a right one's; equal scores draw lots."""
    chance, above, total = 0.0, 0, len(samples)
    for score in sorted({_score(one) for one in samples}, reverse=True):
        level = [one for one in samples if _score(one) == score]
        # None of those above was drawn, and one of this level was.
        leads = comb(total - above, k) - comb(total - above - len(level), k)
        chance += leads / comb(total, k) * sum(one.right for one in level) / len(level)
        above += len(level)
    return chance


def voted(samples: Sequence[Sample], k: int) -> float:
    """Return the chance that the most frequent answer of k is right; equal ones draw lots."""
    return _voted(samples, [1.0] * len(samples), k)


def weighted(samples: Sequence[Sample], k: int) -> float:
    """Return the chance that the answer with the largest sum of scores of k is right.

    Scores below zero are taken for logarithms: they vote with exp(score - best), as in its_orchestrator.
    """
    return _voted(samples, _worths([_score(one) for one in samples]), k)


RULES: Mapping[str, Rule] = {"pass": passed, "maj": voted, "BoN": best, "weighted": weighted}
"""By the names that papers give them."""
SCORED = frozenset({"BoN", "weighted"})
"""Those that need scores."""


def _voted(samples: Sequence[Sample], weights: Sequence[float], k: int) -> float:
    groups = sorted({one.group for one in samples if one.group is not None})
    if not groups:
        return 0.0
    ballots = np.array([[one.group == group for group in groups] for one in samples]) * np.array(weights)[:, None]
    right = np.array([any(one.right for one in samples if one.group == group) for group in groups])
    there = np.array([[one.group == group for group in groups] for one in samples])
    drawn = _subsets(len(samples), k)
    counts = np.where(there[drawn].any(axis=1), ballots[drawn].sum(axis=1), -1.0)
    leading = (counts == counts.max(axis=1, keepdims=True)) & (counts >= 0)
    # Where nobody in a subset has a final answer, nobody leads and nothing is right.
    return float(((leading & right).sum(axis=1) / np.maximum(leading.sum(axis=1), 1)).mean())


def _subsets(total: int, k: int) -> NDArray[np.int64]:
    """Return subsets of k places, shape (subsets, k): all where there are few, or the same random ones every time."""
    if comb(total, k) <= SUBSETS:
        return np.array(list(combinations(range(total), k)), dtype=np.int64)
    order = np.random.default_rng(0).random((SUBSETS, total)).argsort(axis=1)
    return order[:, :k]


def _worths(scores: Sequence[float]) -> list[float]:
    if min(scores) >= 0:
        return list(scores)
    return [exp(score - max(scores)) for score in scores]


def _score(sample: Sample) -> float:
    return float("-inf") if sample.score is None else sample.score
