"""A job: one problem, one algorithm, one budget, one seed; what makes one row."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from its_cli.evaluating.formats import Problem
from its_cli.evaluating.settings import Settings
from its_cli.question import Question

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
    settings: Settings = field(default_factory=Settings)
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    """The algorithm's, as far as they were given."""

    @property
    def request_seed(self) -> int:
        """The request's seed: every problem has its own, which all algorithms and budgets share, so that they pair."""
        digest = hashlib.sha256(f"{self.key.seed}/{self.key.problem}".encode()).digest()
        return int.from_bytes(digest[:8]) % EXACT

    def question(self, model: str) -> Question:
        """Return what to ask that model or profile."""
        way = (self.key.algorithm, self.key.budget, self.request_seed, model)
        how = (self.settings.system, self.settings.sampling, self.parameters)
        return Question(self.problem.question, *way, *how)


@dataclass(frozen=True, slots=True)
class Grid:
    """Every algorithm at every budget with every seed."""

    algorithms: tuple[str, ...]
    budgets: tuple[int, ...]
    seeds: tuple[int, ...]
    settings: Settings = field(default_factory=Settings)
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])
    """By algorithm; one that isn't there is given none."""

    def jobs(self, problems: Sequence[Problem]) -> Iterator[Job]:
        """Yield a job for each cell and problem; those of a cell come together, in the problems' order."""
        for seed in self.seeds:
            for algorithm in self.algorithms:
                for budget in self.budgets:
                    for problem in problems:
                        key = Key(problem.id, algorithm, budget, seed)
                        yield Job(key, problem, self.settings, self.parameters.get(algorithm, {}))


def telling_first(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs, those first that tell whether an algorithm can run at all: its first one of most budget."""
    firsts: dict[str, Job] = {}
    for job in jobs:
        first = firsts.setdefault(job.key.algorithm, job)
        if job.key.budget > first.key.budget:
            firsts[job.key.algorithm] = job
    keys = {job.key for job in firsts.values()}
    return [*firsts.values(), *(job for job in jobs if job.key not in keys)]
