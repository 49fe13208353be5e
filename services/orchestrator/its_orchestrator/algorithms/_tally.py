"""A tally: how many candidates give each answer, kept while they arrive."""

from its_orchestrator.candidate import Candidate
from its_orchestrator.choosing.equivalence import Equivalence


class Tally:
    """Counts classes of equivalent final answers; a candidate without a final answer is counted nowhere.

    A new answer is compared with one answer of each class, so that 1000 candidates stay cheap.
    """

    def __init__(self, equivalence: Equivalence) -> None:
        self._equivalence = equivalence
        self._answers: list[str] = []
        self._places: dict[str, int] = {}
        self._counts: list[int] = []
        self._weights: list[float] = []

    async def add(self, *candidates: Candidate) -> None:
        """Count the final answers of `candidates`, and add up their weights, which are 0 for None."""
        for candidate in candidates:
            answer = self._equivalence.extract(candidate.text)
            if answer is not None:
                place = await self._place(answer)
                self._counts[place] += 1
                self._weights[place] += candidate.weight or 0.0

    @property
    def total(self) -> int:
        """How many have been counted."""
        return sum(self._counts)

    @property
    def share(self) -> float:
        """The largest share of the weight that one answer has, 0 without any weight."""
        total = sum(self._weights)
        return max(self._weights) / total if total else 0.0

    @property
    def leaders(self) -> tuple[int, int]:
        """The largest count and the second largest, 0 where there is none."""
        first, second, *_ = sorted((*self._counts, 0, 0), reverse=True)
        return first, second

    async def _place(self, answer: str) -> int:
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
        self._counts.append(0)
        self._weights.append(0.0)
        return len(self._answers) - 1
