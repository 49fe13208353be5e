"""The methods that the demonstration compares: one sample, and three ways to spend more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """A way to spend compute on a question."""

    name: str
    algorithm: str
    budget: int


METHODS = (
    Method("one sample", "self-consistency", 1),
    Method("self-consistency", "self-consistency", 16),
    Method("best-of-n", "best-of-n", 16),
    Method("particle filtering", "particle-filtering", 16),
)


@dataclass(frozen=True, slots=True)
class Score:
    """How a method did on all problems."""

    method: Method
    solved: tuple[bool, ...]
    """Whether each problem was answered rightly, in the problems' order."""
    tokens: int
    """Tokens that were generated, those of rejected candidates included."""
    seconds: float
    """Wall time of all problems together."""

    @property
    def correct(self) -> int:
        """How many problems were answered rightly."""
        return sum(self.solved)
