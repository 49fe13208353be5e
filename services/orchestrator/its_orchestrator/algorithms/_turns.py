"""Turns: candidates in the order in which they began, however they end."""

from collections.abc import Collection, Iterator, Sequence

from its_orchestrator.candidate import Candidate


class Turns:
    """Hands on each candidate once all that began before it have ended."""

    def __init__(self, names: Sequence[str]) -> None:
        """Expect the candidates of these names, in this order. One that fails holds up those behind it."""
        self.gone: list[Candidate] = []
        """Those whose turn has been, in order."""
        self._names = names
        self._place = 0
        self._waiting: dict[str, Candidate] = {}

    @property
    def left(self) -> int:
        """How many have not had their turn."""
        return len(self._names) - self._place

    def taken(self, candidate: Candidate, absent: Collection[str]) -> Iterator[Candidate]:
        """Take `candidate`, and yield all whose turn it is now; those of the names in `absent` will never come."""
        self._waiting[candidate.id] = candidate
        while self.left and (self._names[self._place] in self._waiting or self._names[self._place] in absent):
            one = self._waiting.pop(self._names[self._place], None)
            self._place += 1
            if one is not None:
                self.gone.append(one)
                yield one
