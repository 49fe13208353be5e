"""Turns of lanes: the youngest work has most of the engine until it has had its share, and nobody starves."""

from collections.abc import Mapping

SHARE = 0.25
"""What all older lanes have together for each step of a younger one, as a part of its cost."""


class Turns:
    """Decides by what steps cost, not by a clock: the same work is done in the same order."""

    def __init__(self) -> None:
        self._owed: dict[int, float] = {}
        """By lane: what the older ones may take after it."""

    def next(self, lanes: Mapping[int, float]) -> int:
        """Return which lane takes the next step; `lanes` are those with work, youngest first, with a step's cost."""
        self._owed = {lane: self._owed.get(lane, 0.0) for lane in lanes}
        order = list(lanes)
        place = 0
        while place + 1 < len(order) and self._owed[order[place]] >= lanes[order[place + 1]]:
            place += 1
        chosen = order[place]
        for younger in order[:place]:
            self._owed[younger] -= lanes[chosen]
        self._owed[chosen] += SHARE * lanes[chosen]
        return chosen
