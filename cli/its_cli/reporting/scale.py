"""A scale: where a figure stands on an axis of a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

STEPS = (1, 2, 5)
"""Ticks of a decade."""
FEW = 3
"""Fewer ticks than this tell too little of a narrow range: there every digit is one."""


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """Figures above 0 from `low` to `high`, on the pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    marks: tuple[float, ...] = ()
    """Ticks, where they aren't those of every such scale."""

    def __call__(self, figure: float) -> float:
        """Return its pixel."""
        share = log10(figure / self.low) / log10(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return its marks, or else 1, 2, 5, 10, 20 … that lie on it, or all digits where those are few."""
        if self.marks:
            return list(self.marks)
        some = self._multiples(STEPS)
        return some if len(some) >= FEW else self._multiples(range(1, 10))

    def _multiples(self, steps: Sequence[int]) -> list[float]:
        decades = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        found = [step * 10.0**decade for decade in decades for step in steps]
        return [tick for tick in found if self.low <= tick <= self.high]


@dataclass(frozen=True, slots=True)
class Linear:
    """Shares from `low` to 1, on the pixels from `start` to `end`."""

    low: float
    start: float
    end: float

    def __call__(self, share: float) -> float:
        """Return its pixel."""
        return self.start + (share - self.low) / (1 - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return the tenths that lie on it."""
        return [tenth / 10 for tenth in range(round(self.low * 10), 11)]


def around(costs: list[float], start: float, end: float) -> Logarithmic:
    """Return a scale that holds all costs, with some air on both sides; numbers of samples are marked themselves."""
    marks = sorted(set(costs)) if all(cost.is_integer() for cost in costs) else ()
    return Logarithmic(min(costs) / 1.25, max(costs) * 1.25, start, end, tuple(marks))


def down_to(lowest: float, start: float, end: float) -> Linear:
    """Return a scale from the tenth below `lowest`, 0.9 at most, to 1."""
    return Linear(min(0.9, floor(lowest * 10) / 10), start, end)
