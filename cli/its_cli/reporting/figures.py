"""The figures of a report: accuracy against samples, against tokens and against seconds."""

from collections.abc import Callable
from dataclasses import dataclass

from its_cli.reporting.curves import Curves
from its_cli.reporting.curves import Point as Recorded
from its_cli.reporting.front import Spot
from its_cli.reporting.intervals import estimate
from its_cli.reporting.results import Results, Way

RULE_OF = {"best-of-n": "BoN", "weighted-best-of-n": "weighted"}
"""Algorithms that the recorded samples tell all about. Self-consistency isn't among them: it breaks ties by confidence,
which no row has, so that it is drawn as it ran."""
MAJORITY = "majority (maj@k)"
"""What stands for it where it didn't run: equal votes draw lots."""
BOUND = "a sample is right (pass@k)"
"""What no choice among the samples can exceed."""


@dataclass(frozen=True, slots=True)
class Line:
    """The spots of one algorithm, the cheapest first."""

    name: str
    spots: list[Spot]
    bound: bool = False
    """Whether it is no way to solve, but a limit of some."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Lines over one kind of cost."""

    name: str
    """Its name as a file."""
    title: str
    cost: str
    """What the horizontal axis counts."""
    lines: list[Line]


def figures(results: Results, recorded: Curves | None) -> list[Figure]:
    """Return the figures; without the one over tokens where a generator reports none, for they are logarithmic.

    Over samples and tokens, algorithms that only select by score are drawn from the recorded samples, those that
    didn't run included; over seconds, as they ran.
    """
    samples = _lines(results, recorded, lambda way: float(way.budget), lambda point: float(point.k))
    tokens = _lines(
        results, recorded, lambda way: results.mean(way, lambda one: one.tokens), lambda point: point.tokens
    )
    seconds = _measured(results, lambda way: results.mean(way, lambda one: one.seconds))
    found = [
        Figure("samples", "Accuracy against samples", "samples, particles or beams", samples),
        Figure("tokens", "Accuracy against tokens", "tokens generated for a problem", tokens),
        Figure("seconds", "Accuracy against seconds", "seconds a problem", seconds),
    ]
    return [one for one in found if all(spot.cost > 0 for line in one.lines for spot in line.spots)]


def _lines(
    results: Results, recorded: Curves | None, cost: Callable[[Way], float], of: Callable[[Recorded], float]
) -> list[Line]:
    lines = {line.name: line for line in _measured(results, cost)}
    if recorded is None:
        return list(lines.values())
    drawn = {name: rule for name, rule in RULE_OF.items() if rule in recorded.rules}
    if "self-consistency" not in results.algorithms:
        drawn[MAJORITY] = "maj"
    # Those that ran keep their places, so that they have the same colours in all figures.
    lines |= {name: Line(name, _spots(recorded, rule, of, name)) for name, rule in drawn.items()}
    return [*lines.values(), Line(BOUND, _spots(recorded, "pass", of, BOUND), bound=True)]


def _spots(recorded: Curves, rule: str, of: Callable[[Recorded], float], name: str) -> list[Spot]:
    return [Spot(of(point), point.accuracy, f"{name}, {point.k}") for point in recorded.rules[rule]]


def _measured(results: Results, cost: Callable[[Way], float]) -> list[Line]:
    return [
        Line(
            name, [Spot(cost(w), estimate(results.accuracies(w)), str(w)) for w in results.ways if w.algorithm == name]
        )
        for name in results.algorithms
    ]
