"""Choosing among some of the recorded samples: what a smaller budget would have given, without asking again.

Each rule chooses as the algorithm of its name does, ties included: among all samples of a row, what that algorithm
chose. pass@k is Chen et al. 2021, section 2.1, https://arxiv.org/abs/2107.03374; best-of-n's expectation is exact, too.
Votes are counted in every subset where there are few, and in some random ones otherwise.
"""

from collections.abc import Callable, Mapping
from math import comb
from typing import TypeAlias

from its_cli.reporting.ballots import Ballots
from its_cli.reporting.sample import Pool
from its_cli.reporting.subsets import subsets

Rule: TypeAlias = Callable[[Pool, int], float]
"""Returns the chance that k of a pool's samples, drawn without replacement, lead to a right answer."""


def passed(pool: Pool, k: int) -> float:
    """Return the chance that one of k is right."""
    wrong = sum(not one.right for one in pool.samples)
    return 1 - comb(wrong, k) / comb(len(pool.samples), k)


def best(pool: Pool, k: int) -> float:
    """Return the chance that best-of-n's choice of k is right."""
    total = len(pool.samples)
    ordered = sorted(pool.samples, key=lambda one: one.standing, reverse=True)  # equals keep their order
    chances = (comb(total - place - 1, k - 1) / comb(total, k) for place in range(total))
    return sum(chance for chance, one in zip(chances, ordered, strict=True) if one.right)


def voted(pool: Pool, k: int) -> float:
    """Return the chance that self-consistency's choice of k is right.

    Of equal groups the one with the most confident spokesman wins; where confidence is not known, they draw lots.
    """
    drawn = subsets(len(pool.samples), k)
    ballots = Ballots(pool, drawn, drawn.astype(float))
    ballots.keep([one.conviction[0] for one in pool.samples])
    return ballots.right


def weighted(pool: Pool, k: int) -> float:
    """Return the chance that weighted best-of-n's choice of k is right. The pool knows its range of scores.

    Of equal classes the one with the highest standing wins, then the one that came first.
    """
    drawn = subsets(len(pool.samples), k)
    ballots = Ballots(pool, drawn, pool.worths(drawn))
    ballots.keep([one.standing for one in pool.samples])
    ballots.keep([-place for place in range(len(pool.samples))])
    return ballots.right


RULES: Mapping[str, Rule] = {"pass": passed, "maj": voted, "BoN": best, "weighted": weighted}
"""By the names that papers give them."""
