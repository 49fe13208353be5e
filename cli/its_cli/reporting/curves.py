"""Curves from recorded samples: every way of choosing, at every number of samples up to those that were drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from its_cli.reporting.choosing import RULES, SCORED, Rule
from its_cli.reporting.intervals import Estimate, estimate
from its_cli.reporting.results import Results, Solved, Way

SELECTING = ("weighted-best-of-n", "best-of-n", "self-consistency")
"""Algorithms whose samples don't depend on one another; of equally many samples, those with scores tell more."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a number of samples gives, chosen in one way."""

    k: int
    accuracy: Estimate
    tokens: float
    """Generated for so many, on average."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What every way of choosing makes of the same samples."""

    source: Way
    """Where the samples come from."""
    rules: dict[str, list[Point]]
    """By the names in RULES; those that need scores only where there are some."""


def curves(results: Results) -> Curves | None:
    """Return the curves of the largest recorded samples; None where no algorithm only selects."""
    source = _source(results)
    if source is None:
        return None
    rows = results.rows[source]
    most = min(len(one.samples) for one in rows)
    scored = all(sample.score is not None for one in rows for sample in one.samples)
    names = [name for name in RULES if scored or name not in SCORED]
    numbers = [k for k in (2**power for power in range(16)) if k < most] + [most]
    return Curves(source, {name: [_point(results, source, RULES[name], k) for k in numbers] for name in names})


def _source(results: Results) -> Way | None:
    """Return where most problems have samples, and of such the one that has most of them."""
    usable = [way for way in results.ways if way.algorithm in SELECTING and _whole(results.rows[way])]
    return max(usable, key=lambda way: (*_extent(results, way), -SELECTING.index(way.algorithm)), default=None)


def _whole(rows: Sequence[Solved]) -> bool:
    return all(one.samples for one in rows)


def _extent(results: Results, way: Way) -> tuple[int, int]:
    return len({one.problem for one in results.rows[way]}), way.budget


def _point(results: Results, source: Way, rule: Rule, k: int) -> Point:
    values = results.by_problem(source, lambda one: rule(one.samples, k))
    tokens = fmean(k * one.tokens / len(one.samples) for one in results.rows[source])
    return Point(k, estimate(list(values.values())), tokens)
