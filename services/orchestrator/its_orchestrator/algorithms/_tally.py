"""A tally: how much weight each answer has, kept while candidates arrive."""

from its_orchestrator.candidate import Candidate
from its_orchestrator.choosing.equivalence import Equivalence


class Classes:
    """Numbers final answers, equivalent ones alike.

    A new answer is compared with one answer of each class, so that 1000 candidates stay cheap.
    """

    def __init__(self, equivalence: Equivalence) -> None:
        self._equivalence = equivalence
        self._answers: list[str] = []
        self._places: dict[str, int] = {}

    async def place(self, text: str) -> int | None:
        """Return the number of the class of a text's final answer, from 0; None for a text without one."""
        answer = self._equivalence.extract(text)
        if answer is None:
            return None
        if answer not in self._places:
            self._places[answer] = await self._class(answer)
        return self._places[answer]

    async def _class(self, answer: str) -> int:
        if self._answers:
            groups = await self._equivalence.groups([*self._answers, answer])
            others = next(places for places in groups if len(self._answers) in places)[:-1]
            if others:
                return others[0]
        self._answers.append(answer)
        return len(self._answers) - 1


class Tally:
    """Adds up the weights of equivalent final answers; a candidate without a final answer is counted nowhere."""

    def __init__(self, equivalence: Equivalence) -> None:
        self.total = 0
        """How many have been counted."""
        self._classes = Classes(equivalence)
        self._weights: dict[int, float] = {}

    async def add(self, *candidates: Candidate) -> None:
        """Count the final answers of `candidates`, and add up their weights, which are 0 for None."""
        for candidate in candidates:
            place = await self._classes.place(candidate.text)
            if place is not None:
                self.total += 1
                self._weights[place] = self._weights.get(place, 0.0) + (candidate.weight or 0.0)

    @property
    def share(self) -> float:
        """The largest share of the weight that one answer has, 0 without any weight."""
        total = sum(self._weights.values())
        return max(self._weights.values()) / total if total else 0.0
