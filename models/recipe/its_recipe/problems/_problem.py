"""A problem in plain English, and the family it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol

from its_recipe.problems._chain import Chain, Operation


@dataclass(frozen=True, slots=True)
class Problem:
    """What is asked, and the chain that answers it."""

    family: str
    text: str
    chain: Chain
    keys: tuple[str, ...]
    """What opens each step: the very words by which the text introduces its operation."""


class Family(Protocol):
    """A way to wrap chains in words."""

    name: ClassVar[str]

    def pose(self, rng: Random) -> Problem:
        """Draw a problem of 3 to 6 operations."""
        ...

    def remainder(self, problem: Problem, value: int, index: int) -> str:
        """Return what is written behind equation `index`: what is left to do, or nothing."""
        ...


class Story:
    """The part that families told in sentences share: their steps leave no remainder to rewrite."""

    def remainder(self, problem: Problem, value: int, index: int) -> str:
        """Return nothing: the next sentence says what comes next."""
        return ""


def length(rng: Random) -> int:
    """Draw a number of operations, 3 to 6."""
    return rng.choices((3, 4, 5, 6), weights=(3, 4, 3, 2))[0]


def written(head: str, operations: Sequence[Operation]) -> str:
    """Write a chain as one expression, with the brackets that the usual precedence needs."""
    text, loose = head, False
    for operation in operations:
        if operation.sign in "*/" and loose:
            text, loose = f"({text})", False
        text += str(operation)
        loose = loose or operation.sign in "+-"
    return text
