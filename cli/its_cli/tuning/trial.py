"""A trial: what a way to solve achieved and cost on some problems, and how well that serves an aim."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from its_cli.evaluating.formats import Problem
from its_cli.evaluating.row import Row
from its_cli.exits import REFUSED, Failed
from its_cli.reporting.intervals import Estimate, estimate
from its_cli.reporting.results import Results, Way


@dataclass(frozen=True, slots=True)
class Aim:
    """Either the most accurate way that costs no more than `tokens`, or the cheapest that reaches `accuracy`."""

    tokens: float | None = None
    """Generated for a problem on average, those of rejected candidates included."""
    accuracy: float | None = None
    """0 to 1."""

    def best(self, trials: Sequence["Trial"]) -> "Trial":
        """Return the trial that serves the aim best. Raises Failed, naming the nearest one, where none serves it."""
        if self.accuracy is not None:
            reached = [one for one in trials if one.accuracy.mean >= self.accuracy]
            nearest = max(trials, key=lambda one: (one.accuracy.mean, -one.tokens))
            return min(reached or self._none(nearest), key=lambda one: (one.tokens, -one.accuracy.mean))
        affordable = [one for one in trials if self.tokens is None or one.tokens <= self.tokens]
        nearest = min(trials, key=lambda one: one.tokens)
        return max(affordable or self._none(nearest), key=lambda one: (one.accuracy.mean, -one.tokens))

    def _none(self, nearest: "Trial") -> list["Trial"]:
        wanted = f"{self.tokens:,.0f} tokens" if self.accuracy is None else f"{100 * self.accuracy:g} %"
        raise Failed(f"no way that was tried keeps to {wanted}; the nearest is {nearest}", REFUSED)

    def met(self, trial: "Trial") -> bool:
        """Tell whether a trial keeps to the aim, as far as its interval can tell."""
        affordable = self.tokens is None or trial.tokens <= self.tokens * (1 + SLACK)
        return affordable and (self.accuracy is None or trial.accuracy.high >= self.accuracy)


SLACK = 0.1
"""By how much the tokens of other problems may differ."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a way to solve achieved and cost on some problems."""

    way: Way
    accuracy: Estimate
    tokens: float
    problems: int

    def __str__(self) -> str:
        found = self.accuracy
        interval = f"{100 * found.mean:.1f} % ({100 * found.low:.1f}–{100 * found.high:.1f})"
        return f"{self.way}: {interval} of {self.problems} problems, {self.tokens:,.0f} tokens a problem"


def trials(rows: Iterable[Row], problems: Sequence[Problem], seeds: Sequence[int], ways: Sequence[Way]) -> list[Trial]:
    """Return what each of the ways made of the problems, by those of the rows that are about them."""
    wanted = {one.id for one in problems}
    ours = (
        row for row in rows if row.problem in wanted and row.seed in seeds and Way(row.algorithm, row.budget) in ways
    )
    results = Results(ours, dict.fromkeys(way.algorithm for way in ways))
    return [_trial(results, way) for way in results.ways]


def halves(problems: Sequence[Problem], seed: int) -> tuple[list[Problem], list[Problem]]:
    """Return two halves, one to choose on and one to judge by; which problem is where depends on its id and the seed.

    Raises Failed for a single problem.
    """
    if len(problems) < 2:  # noqa: PLR2004
        raise Failed("one problem can't be split into a half to choose on and a half to judge by", REFUSED)
    drawn = sorted(problems, key=lambda one: hashlib.sha256(f"{seed}/half/{one.id}".encode()).digest())
    middle = len(drawn) // 2
    return drawn[:middle], drawn[middle:]


def _trial(results: Results, way: Way) -> Trial:
    accuracies = results.accuracies(way)
    tokens = fmean(results.by_problem(way, lambda one: one.tokens).values())
    return Trial(way, estimate(accuracies), tokens, len(accuracies))
