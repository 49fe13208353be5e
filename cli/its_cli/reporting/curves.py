"""Curves from recorded samples: every way of choosing, at every number of samples up to those that were drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from its_cli.reporting.choosing import RULES, Rule
from its_cli.reporting.intervals import Estimate, estimate
from its_cli.reporting.results import Results, Solved, Way
from its_cli.reporting.sample import Pool

SELECTING = ("self-consistency", "best-of-n", "weighted-best-of-n")
"""Algorithms whose samples don't depend on one another."""
NEEDS: Mapping[str, Callable[[Pool], bool]] = {
    "BoN": lambda pool: pool.scored,
    "weighted": lambda pool: pool.scored and pool.score_range is not None,
}
"""What samples must have for a rule; the others take any."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a number of samples gives, chosen in one way."""

    k: int
    accuracy: Estimate
    tokens: float
    """Generated for so many, on average."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What one way of choosing makes of the same samples."""

    source: Way
    """Where the samples come from."""
    exact: bool
    """Whether ties are broken as the algorithm breaks them; otherwise lots do it, for want of confidence."""
    points: tuple[Point, ...]


def curves(results: Results) -> Mapping[str, Curve]:
    """Return a curve for each of RULES, by its name, that there are samples for."""
    sources = {name: _source(results, name) for name in RULES}
    return {name: _curve(results, name, source) for name, source in sources.items() if source}


def _source(results: Results, rule: str) -> Way | None:
    """Return where most problems have samples that the rule can use; of such, most samples; of such, the surest."""
    fits = NEEDS.get(rule, _any)
    usable = [way for way in results.ways if way.algorithm in SELECTING and _all(results.rows[way], fits)]
    return max(usable, key=lambda way: (*_extent(results, way), _all(results.rows[way], _confident)), default=None)


def _extent(results: Results, way: Way) -> tuple[int, int]:
    return len({one.problem for one in results.rows[way]}), way.budget


def _all(rows: Sequence[Solved], fits: Callable[[Pool], bool]) -> bool:
    return all(one.pool.samples and fits(one.pool) for one in rows)


def _any(_: Pool) -> bool:
    return True


def _confident(pool: Pool) -> bool:
    return pool.confident


def _curve(results: Results, rule: str, source: Way) -> Curve:
    rows = results.rows[source]
    most = min(len(one.pool.samples) for one in rows)
    numbers = [k for k in (2**power for power in range(16)) if k < most] + [most]
    exact = rule != "maj" or _all(rows, _confident)
    return Curve(source, exact, tuple(_point(results, source, RULES[rule], k) for k in numbers))


def _point(results: Results, source: Way, rule: Rule, k: int) -> Point:
    values = results.by_problem(source, lambda one: rule(one.pool, k))
    tokens = fmean(k * one.tokens / len(one.pool.samples) for one in results.rows[source])
    return Point(k, estimate(list(values.values())), tokens)
