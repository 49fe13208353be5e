"""Results: the rows of an evaluation, by way of solving and by problem."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from its_cli.evaluating.row import Row
from its_cli.reporting.sample import Pool, Sample


class Way(NamedTuple):
    """A way to solve problems: an algorithm at a budget."""

    algorithm: str
    budget: int

    def __str__(self) -> str:
        return f"{self.algorithm}, {self.budget}"


@dataclass(frozen=True, slots=True)
class Solved:
    """What a row says, without its texts."""

    problem: str
    right: bool
    tokens: float
    """Generated, those of rejected candidates included."""
    judging: float
    """Tokens that reward models read anew, and those that judges wrote."""
    seconds: float
    pool: Pool
    """Its candidates."""
    temperature: float | None
    """At which its tokens were drawn; None where a profile may say so."""


class Results:
    """All rows of an evaluation; a problem's value is its mean over the seeds."""

    def __init__(self, rows: Iterable[Row], order: Iterable[str] = (), asked: str = "") -> None:
        """Read the rows.

        Args:
            rows: the rows.
            order: algorithms stand in this order, those that it lacks as they come.
            asked: the model or profile that was asked; a profile may have a temperature of its own.
        """
        self.rows: dict[Way, list[Solved]] = defaultdict(list)
        for row in rows:
            self.rows[Way(row.algorithm, row.budget)].append(_solved(row, asked or row.model))
        names = dict.fromkeys([*order, *(way.algorithm for way in self.rows)])
        places = {name: place for place, name in enumerate(names)}
        self.ways: tuple[Way, ...] = tuple(sorted(self.rows, key=lambda way: (places[way.algorithm], way.budget)))

    def temperatures(self) -> dict[float | None, list[str]]:
        """Return which algorithms drew their tokens at which temperature."""
        found: dict[float | None, list[str]] = defaultdict(list)
        for name in self.algorithms:
            rows = (one for way in self.ways if way.algorithm == name for one in self.rows[way])
            for temperature in dict.fromkeys(one.temperature for one in rows):
                found[temperature].append(name)
        return found

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms that ran, in order."""
        return tuple(dict.fromkeys(way.algorithm for way in self.ways))

    def by_problem(self, way: Way, value: Callable[[Solved], float]) -> dict[str, float]:
        """Return each problem's value, in the order of the problems' ids."""
        values: dict[str, list[float]] = defaultdict(list)
        for one in self.rows[way]:
            values[one.problem].append(value(one))
        return {problem: fmean(values[problem]) for problem in sorted(values)}

    def mean(self, way: Way, value: Callable[[Solved], float]) -> float:
        """Return the mean over the problems."""
        return fmean(self.by_problem(way, value).values())

    def accuracies(self, way: Way) -> Sequence[float]:
        """Return how often each problem was answered rightly, 0 to 1."""
        return list(self.by_problem(way, _right).values())

    def differences(self, way: Way, base: Way) -> Sequence[float]:
        """Return by how much `way` was right more often than `base`, on each problem that both have."""
        ours, theirs = self.by_problem(way, _right), self.by_problem(base, _right)
        return [ours[problem] - theirs[problem] for problem in ours if problem in theirs]


def _right(one: Solved) -> float:
    return one.right


def _solved(row: Row, asked: str) -> Solved:
    ledger = row.ledger
    read = ledger.get("reward_tokens", 0) - ledger.get("cached_reward_tokens", 0)
    samples = tuple(Sample.of(one, place) for place, one in enumerate(row.candidates))
    pool = Pool(samples, row.score_range.ends if row.score_range else None)
    own = row.parameters.get("temperature") if asked == row.model else None
    temperature = own if row.settings.temperature is None else row.settings.temperature
    judging = read + ledger.get("judge_tokens", 0)
    return Solved(row.problem, row.right, ledger.get("completion_tokens", 0), judging, row.seconds, pool, temperature)
