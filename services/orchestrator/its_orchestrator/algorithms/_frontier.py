"""The frontier of a search whose rounds overlap: what is certain of it, and what is tried ahead of the scores.

A round is decided by the same rule, from the same scores and random numbers, as it would be in lock-step; only that
meanwhile the rule is tried on scores that are guessed, and what it then wants is grown already. So who was faster
decides what was grown in vain, and nothing else. The idea is that of optimistic simulation (Jefferson 1985, "Virtual
Time"); for searches with language models see FastTTS (2025, https://arxiv.org/abs/2509.00195).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from its_orchestrator.algorithms._brood import Brood, heirs
from its_orchestrator.candidate import Candidate
from its_orchestrator.context import Context
from its_orchestrator.growing.nursery import Nursery, Seedling
from its_orchestrator.seeds import derive

AHEAD = 4
"""Rounds that may be tried ahead."""
SPARE = 0.25
"""So many heirs of each are tried: those that are expected and this, rounded up."""
LONGEST = 96
"""Characters of a name that tells its place in the tree; longer ones are digests."""


class Rule(Protocol):
    """What decides a search."""

    @property
    def max_steps(self) -> int:
        """Most steps of one answer."""
        ...

    def brood(self, ctx: Context, generation: Sequence[Candidate], step: int, number: int) -> Brood:
        """Return who goes on after a step, of a search that began with `number`."""
        ...


class Frontier:
    """Keeps at most `most` sequences growing: those that the next decision waits for, then those it may want."""

    def __init__(self, rule: Rule, ctx: Context, nursery: Nursery, first: Sequence[Candidate], most: int) -> None:
        self.evidence = 0.0
        """Logarithm of the normalising constant, the last round left out."""
        self._rule = rule
        self._ctx = ctx
        self._nursery = nursery
        self._number = len(first)
        self._most = most
        self._starts: Sequence[Candidate] = first
        """The certain generation, as it goes into its round."""
        self._names = [one.id for one in first]
        """What each of them is called in the nursery, by its place in the tree and not by the order of events."""
        self._parents: dict[str, str] = {}
        self._step = 0
        low, high = ctx.score_range
        self._middle = (low + high) / 2 if math.isfinite(low) and math.isfinite(high) else 0.0

    async def last(self) -> Sequence[Candidate]:
        """Return the last generation, when no round is left."""
        while True:
            while self._complete():
                generation = self._claimed()
                if self._ends(generation):
                    return generation
                self._advance(generation)
            self._tend()
            await self._nursery.turn()

    def _complete(self) -> bool:
        """Tell whether the certain generation has all its scores."""
        pairs = zip(self._names, self._starts, strict=True)
        return all(start.finished or name in self._nursery.settled for name, start in pairs)

    def _claimed(self) -> list[Candidate]:
        pairs = zip(self._names, self._starts, strict=True)
        claimed = [(name, start if start.finished else self._claim(name, start)) for name, start in pairs]
        self._names = [name for name, one in claimed if one]
        generation = [one for _, one in claimed if one]
        self._ctx.round(generation)
        return generation

    def _claim(self, name: str, start: Candidate) -> Candidate | None:
        settled = self._nursery.settled[name]
        grown = settled or self._nursery.grown.get(name)
        return self._ctx.claim(start, grown, judged=settled is not None) if grown else None

    def _ends(self, generation: Sequence[Candidate]) -> bool:
        done = all(one.finished for one in generation)
        return done or self._ctx.over or self._step + 1 == self._rule.max_steps

    def _advance(self, generation: Sequence[Candidate]) -> None:
        brood = self._rule.brood(self._ctx, generation, self._step, self._number)
        self.evidence += brood.evidence
        self._names, _ = self._children(self._names, generation, brood)
        self._starts = heirs(self._ctx, generation, brood)
        self._step += 1

    def _tend(self) -> None:
        """Grow what is wanted and can grow, and give up what isn't wanted any more."""
        sure = [name for name, start in zip(self._names, self._starts, strict=True) if not start.finished]
        ahead = [] if self._ctx.over else self._ahead()
        wanted = {*sure, *ahead}
        for name in self._nursery.growing:
            if name not in wanted:
                self._nursery.give_up(name)
        waiting = [name for name in sure if not self._nursery.knows(name)]
        if waiting:
            starts = dict(zip(self._names, self._starts, strict=True))
            self._nursery.start([self._seedling(name, starts[name]) for name in waiting])
        for name in ahead:
            if len(self._nursery.growing) >= self._most:
                break
            self._try(name)

    def _try(self, name: str) -> None:
        parent = self._nursery.grown.get(self._parents.get(name, ""))
        if parent and not parent.finished and not self._nursery.knows(name):
            self._nursery.start([self._seedling(name, parent)])

    def _seedling(self, name: str, start: Candidate) -> Seedling:
        parent = self._parents.get(name, "")
        return Seedling(replace(self._nursery.settled.get(parent) or start, id=name), parent)

    def _ahead(self) -> list[str]:
        """Return what may be wanted in the next rounds, the most probable first."""
        names, wanted, spare = self._names, list[str](), list[str]()
        for step in range(self._step, min(self._step + AHEAD, self._rule.max_steps - 1)):
            if not any(one in self._nursery.grown for one in names):
                break
            names, supposed = self._supposed(names)
            if all(one.finished for one in supposed):
                break
            brood = self._rule.brood(self._ctx, supposed, step, self._number)
            names, more = self._children(names, supposed, brood)
            wanted += names
            spare += more
        return list(dict.fromkeys([*wanted, *spare]))

    def _supposed(self, names: Sequence[str]) -> tuple[list[str], list[Candidate]]:
        """Return a generation as it will probably be: those that may be in it, and what they may have become."""
        settled = self._nursery.settled
        left = [name for name in names if settled.get(name, ()) is not None]
        known = [one.score for one in map(settled.get, left) if one and one.score is not None]
        usual = sum(known) / len(known) if known else self._middle
        return left, [settled.get(name) or self._guessed(name, usual) for name in left]

    def _guessed(self, name: str, usual: float) -> Candidate:
        """Return a candidate as it may turn out: with the score of the nearest of its ancestors that has one."""
        ancestor = self._parents.get(name)
        while ancestor and not self._nursery.settled.get(ancestor):
            ancestor = self._parents.get(ancestor)
        known = self._nursery.settled.get(ancestor) if ancestor else None
        score = known.score if known else usual
        grown = self._nursery.grown.get(name)
        return replace(grown, score=score) if grown else Candidate(name, text="?", score=score)

    def _children(
        self, names: Sequence[str], generation: Sequence[Candidate], brood: Brood
    ) -> tuple[list[str], list[str]]:
        """Return the names of the heirs, and of those that would come next: what ended is its own heir."""
        counts, children, spare = Counter[int](), list[str](), list[str]()
        for place in brood.places:
            children.append(self._child(names[place], counts[place], generation[place]))
            counts[place] += 1
        for place, expected in enumerate(brood.expected):
            more = range(counts[place], math.ceil(expected + SPARE))
            spare += [self._child(names[place], number, generation[place]) for number in more]
        return children, spare

    def _child(self, name: str, number: int, candidate: Candidate) -> str:
        if candidate.finished:
            return name
        child = f"{name}.{number}"
        if len(child) > LONGEST:
            child = f"{derive(number, name):x}"
        self._parents[child] = name
        return child
