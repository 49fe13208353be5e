"""A tally: how many candidates give each answer, kept while they arrive."""

from its_orchestrator.candidate import Candidate
from its_orchestrator.equivalence import Equivalence


class Tally:
    """Counts classes of equivalent final answers; a candidate without a final answer is counted nowhere.

    A new answer is compared with one answer of each class, so that 1000 candidates stay cheap.
    """

    def __init__(self, equivalence: Equivalence) -> None:
        self._equivalence = equivalence
        self._answers: list[str] = []
        self._places: dict[str, int] = {}
        self._counts: list[int] = []

    async def add(self, *candidates: Candidate) -> None:
        """Count the final answers of `candidates`."""
        for answer in (self._equivalence.extract(one.text) for one in candidates):
            if answer is not None:
                if answer not in self._places:
                    self._places[answer] = await self._place(answer)
                self._counts[self._places[answer]] += 1

    @property
    def leaders(self) -> tuple[int, int]:
        """The largest count and the second largest, 0 where there is none."""
        first, second, *_ = sorted((*self._counts, 0, 0), reverse=True)
        return first, second

    async def _place(self, answer: str) -> int:
        if self._answers:
            groups = await self._equivalence.groups([*self._answers, answer])
            others = next(places for places in groups if len(self._answers) in places)[:-1]
            if others:
                return others[0]
        self._answers.append(answer)
        self._counts.append(0)
        return len(self._answers) - 1
