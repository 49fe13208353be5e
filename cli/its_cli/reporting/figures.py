"""The figures of a report: accuracy against samples, against tokens and against seconds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from its_cli.reporting.curves import Curve, Point
from its_cli.reporting.front import Spot
from its_cli.reporting.intervals import estimate
from its_cli.reporting.results import Results, Way

RULE_OF = {"self-consistency": "maj", "best-of-n": "BoN", "weighted-best-of-n": "weighted"}
"""Algorithms that recorded samples tell all about."""
MAJORITY = "majority (maj@k)"
"""What stands for self-consistency where no sample's confidence is known, so that equal votes draw lots."""
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


def figures(results: Results, recorded: Mapping[str, Curve]) -> list[Figure]:
    """Return the figures; without the one over tokens where a generator reports none, for they are logarithmic.

    Over samples and tokens, algorithms that only select are drawn from the recorded samples, those that didn't run
    included; over seconds, as they ran.
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
    results: Results, recorded: Mapping[str, Curve], cost: Callable[[Way], float], of: Callable[[Point], float]
) -> list[Line]:
    lines = {line.name: line for line in _measured(results, cost)}
    drawn = {name: recorded[rule] for name, rule in RULE_OF.items() if rule in recorded}
    if "maj" in recorded and not recorded["maj"].exact:
        del drawn["self-consistency"]
        drawn |= {} if "self-consistency" in results.algorithms else {MAJORITY: recorded["maj"]}
    # Those that ran keep their places, so that they have the same colours in all figures.
    lines |= {name: Line(name, _spots(curve, of, name)) for name, curve in drawn.items()}
    bound = [Line(BOUND, _spots(recorded["pass"], of, BOUND), bound=True)] if recorded else []
    return [*lines.values(), *bound]


def _spots(curve: Curve, of: Callable[[Point], float], name: str) -> list[Spot]:
    return [Spot(of(point), point.accuracy, f"{name}, {point.k}") for point in curve.points]


def _measured(results: Results, cost: Callable[[Way], float]) -> list[Line]:
    return [
        Line(
            name, [Spot(cost(w), estimate(results.accuracies(w)), str(w)) for w in results.ways if w.algorithm == name]
        )
        for name in results.algorithms
    ]
