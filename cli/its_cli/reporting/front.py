"""The Pareto front: what nothing else beats at the same cost or a lower one."""

from collections.abc import Sequence
from dataclasses import dataclass

from its_cli.reporting.intervals import Estimate


@dataclass(frozen=True, slots=True)
class Spot:
    """A way to solve, as a point of a plot."""

    cost: float
    """Samples, tokens or seconds a problem; above 0."""
    accuracy: Estimate
    label: str


def front(spots: Sequence[Spot]) -> list[Spot]:
    """Return those that no other one beats: more accurate than all that cost as much or less, the cheapest first."""
    found: list[Spot] = []
    for spot in sorted(spots, key=lambda one: (one.cost, -one.accuracy.mean)):
        if not found or spot.accuracy.mean > found[-1].accuracy.mean:
            found.append(spot)
    return found
