"""A job: one problem, one algorithm, one budget, one seed; what makes one row."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from its_cli.evaluating.formats import Problem

EXACT = 2**53
"""Seeds stay below it, so that JSON holds them exactly."""


class Key(NamedTuple):
    """What tells a row from all others."""

    problem: str
    algorithm: str
    budget: int
    seed: int


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask, and under which key its row stands."""

    key: Key
    problem: Problem

    @property
    def request_seed(self) -> int:
        """The request's seed: every problem has its own, which all algorithms and budgets share, so that they pair."""
        digest = hashlib.sha256(f"{self.key.seed}/{self.key.problem}".encode()).digest()
        return int.from_bytes(digest[:8]) % EXACT


@dataclass(frozen=True, slots=True)
class Grid:
    """Every algorithm at every budget with every seed."""

    algorithms: tuple[str, ...]
    budgets: tuple[int, ...]
    seeds: tuple[int, ...]

    def jobs(self, problems: Sequence[Problem]) -> Iterator[Job]:
        """Yield a job for each cell and problem; those of a cell come together, in the problems' order."""
        for seed in self.seeds:
            for algorithm in self.algorithms:
                for budget in self.budgets:
                    for problem in problems:
                        yield Job(Key(problem.id, algorithm, budget, seed), problem)
