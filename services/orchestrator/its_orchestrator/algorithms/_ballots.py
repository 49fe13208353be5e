"""Ballots: what each candidate votes for, level by level, and who leads among any of them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from its_orchestrator.algorithms._tally import Classes
from its_orchestrator.candidate import Candidate
from its_orchestrator.choosing.equivalence import Equivalence


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads at one level, and by how much."""

    first: int
    """Votes of the leading answer."""
    second: int
    """Those of the one behind it; 0 where there is none."""
    votes: Sequence[int | None]
    """What each candidate votes for at this level; None for nothing, or for an answer that lost at a level before."""
    answer: int
    """The leading answer."""

    @property
    def tied(self) -> bool:
        """Whether nobody leads."""
        return self.first == self.second


class Ballots:
    """Remembers votes. At each level vote those whose answer leads at the level before, as in `vote_by_levels`."""

    def __init__(self, levels: Sequence[Equivalence]) -> None:
        self._levels = [Classes(level) for level in levels]
        self._cast: dict[str, tuple[int | None, ...]] = {}

    async def cast(self, candidates: Iterable[Candidate]) -> None:
        """Take the votes of `candidates`."""
        for one in candidates:
            self._cast[one.id] = tuple([await answers.place(one.text) for answers in self._levels])

    def leads(self, names: Collection[str]) -> Iterator[Lead]:
        """Yield who leads at each level at which anybody votes, among candidates of these names; others have none."""
        standing = [self._cast.get(name) for name in names]
        for level in range(len(self._levels)):
            votes = [None if one is None else one[level] for one in standing]
            counts = Counter(vote for vote in votes if vote is not None)
            if not counts:
                return
            (answer, first), (_, second) = [*counts.most_common(2), (None, 0)][:2]
            assert answer is not None
            yield Lead(first, second, votes, answer)
            standing = [one if vote == answer else None for one, vote in zip(standing, votes, strict=True)]
