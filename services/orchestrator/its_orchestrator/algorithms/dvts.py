"""Diverse verifier tree search: independent trees, each of which goes on with its best child alone.

Beeching, Tunstall, Rush 2024, "Scaling Test-Time Compute with Open Models", section DVTS.
https://huggingface.co/spaces/HuggingFaceH4/blogpost-scaling-test-time-compute
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from its_orchestrator.algorithms._leaves import TreeSearch
from its_orchestrator.candidate import Candidate, Choice
from its_orchestrator.choosing.ranking import best
from its_orchestrator.context import Context
from its_orchestrator.engines import Aggregation
from its_orchestrator.events import Resampled


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree: how many children it expands, and those that it has now."""

    width: int
    children: tuple[Candidate, ...]

    @property
    def top(self) -> Candidate:
        """Its first child: the best one, once the others are gone."""
        return self.children[0]


class Dvts(TreeSearch):
    """Each round grows every tree's children by one step and keeps the best child of each, whatever the others reach.

    A tree whose best child ended is done. Trees never take each other's place, so what is weak at first survives.
    """

    name: ClassVar[str] = "dvts"
    summary: ClassVar[str] = (
        "Search independent trees of steps, in lock-step, each of which goes on with its best child alone."
    )
    source: ClassVar[str] = (
        "Beeching, Tunstall, Rush 2024, https://huggingface.co/spaces/HuggingFaceH4/blogpost-scaling-test-time-compute"
    )
    budget_meaning: ClassVar[str] = "total generations; budget / children trees"

    aggregation: Aggregation = Field(default="last", description="How step values become one score.")
    children: int = Field(default=4, ge=1, le=1000, description="How many children each tree expands a round.")

    async def solve(self, ctx: Context) -> Choice:
        ended, trees = list[Candidate](), self._planted(ctx)
        for step in range(self.max_steps):
            children, tops = _children(trees), await self._grown(ctx, trees)
            ended += [tree.top for tree in tops if tree.top.finished]
            trees = [tree for tree in tops if not tree.top.finished]
            live = [tree.top for tree in trees]
            ctx.round([*ended, *live])
            if not trees or ctx.over or step + 1 == self.max_steps:
                break
            trees = [_expanded(ctx, tree) for tree in trees]
            ctx.emit(Resampled.between(_without(children, ended), _children(trees)))
            ctx.commit([*ended, *live])
        return await self.chosen(ctx, ended, [tree.top for tree in trees])

    def _planted(self, ctx: Context) -> list[Tree]:
        """Return trees of empty children: as even as the budget allows, and none wider than asked."""
        number = -(-ctx.samples // self.children)
        share, more = divmod(ctx.samples, number)
        if share != self.children:
            ctx.note(f"a budget of {ctx.samples} in trees of {self.children}: {number} trees, some with fewer children")
        return [Tree(width, tuple(ctx.new(width))) for width in (share + (place < more) for place in range(number))]

    async def _grown(self, ctx: Context, trees: Sequence[Tree]) -> list[Tree]:
        """Return the trees with the best of their children alone; without those whose children all failed."""
        grown = {one.id: one for one in await ctx.collect(ctx.scored(ctx.extend(_children(trees), self.policy)))}
        tops = [(tree, best([grown[one.id] for one in tree.children if one.id in grown])) for tree in trees]
        return [Tree(tree.width, (top,)) for tree, top in tops if top]


def _children(trees: Sequence[Tree]) -> list[Candidate]:
    return [child for tree in trees for child in tree.children]


def _without(candidates: Sequence[Candidate], ended: Sequence[Candidate]) -> list[Candidate]:
    names = {one.id for one in ended}
    return [one for one in candidates if one.id not in names]


def _expanded(ctx: Context, tree: Tree) -> Tree:
    return Tree(tree.width, (tree.top, *(ctx.fork(tree.top) for _ in range(tree.width - 1))))
