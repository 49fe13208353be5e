"""Diverse verifier tree search keeps its trees apart."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from its_orchestrator.algorithms import BeamSearch, Dvts
from its_orchestrator.events import Note, Resampled
from its_orchestrator.testing import World
from its_orchestrator.testing.world import Result

EIGHT = [f"{number}\n\n{number}\n\n\\boxed{{{number}}}" for number in range(8)]


def likes_the_small(text: str) -> float:
    return 1 - int(text[0]) / 10


async def test_a_tree_survives_although_all_of_another_are_better():
    trees = await World(EIGHT, in_order=True, judge=likes_the_small).solve(Dvts(), 8)
    beams = await World(EIGHT, in_order=True, judge=likes_the_small).solve(BeamSearch(), 8)

    assert {one.text[0] for one in trees.answer.candidates if one.weight is not None} == {"0", "4"}
    assert {one.text[0] for one in beams.answer.candidates} <= {"0", "1", "2", "3"}


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**53), trees=st.integers(1, 4), children=st.integers(1, 4))
async def test_trees_never_mix(seed: int, trees: int, children: int):
    world = World([*EIGHT, "5\n\nearly"], judge=lambda text: len(text) % 3 / 3)
    samples = max(2, trees * children)
    rounds = survivors_of(await world.solve(Dvts(children=children), samples, seed=seed))
    number = -(-samples // children)
    planted = [number * [0], *rounds]

    assert len(rounds[0]) == number
    assert all(len(later) <= len(earlier) for earlier, later in pairwise(planted))
    assert all(len(roots) == len(set(roots)) for roots in rounds), "two survivors descend from one tree"


def survivors_of(result: Result) -> list[list[str]]:
    """Return the tree of each survivor, a round at a time: trees are called after the survivor of the first round."""
    tree: dict[str, str] = {}
    rounds: list[list[str]] = []
    for event in result.of(Resampled):
        assert isinstance(event.kind, Resampled)
        tree = {name: tree.get(parent, parent) for name, parent in event.kind.survivors}
        rounds.append([tree[parent] for parent in dict.fromkeys(parent for _, parent in event.kind.survivors)])
    return rounds


@pytest.mark.parametrize("samples", [2, 3, 4, 5, 7, 10, 16])
async def test_any_budget_is_spent_whole_in_every_round(samples: int):
    world = World(["a\n\nb\n\nc"])
    await world.solve(Dvts(), samples)

    assert [sum(branch.count for branch in one.branches) for one in world.generator.generations] == [samples] * 3


async def test_a_budget_that_does_not_divide_is_noted():
    even, odd = await World(["a"]).solve(Dvts(), 8), await World(["a"]).solve(Dvts(), 7)

    assert not even.of(Note)
    assert "2 trees" in odd.of(Note)[0].kind.message


async def test_a_tree_whose_best_child_ended_is_done():
    world = World(["done", "on\n\nand\n\non"], judge=lambda text: 0.9 if text == "done" else 0.1)
    await world.solve(Dvts(), 8, seed=2)
    rounds = [sum(branch.count for branch in one.branches) for one in world.generator.generations]

    assert rounds[0] == 8
    assert sum(rounds[1:]) % 4 == 0
    assert sum(rounds[1:]) < 16


async def test_trees_vote_with_their_scores_or_the_best_leaf_answers():
    said = ["\\boxed{1}", "a \\boxed{2}", "b \\boxed{2}"]

    def likes_one(text: str) -> float:
        return 0.6 if "1" in text else 0.5

    voted = await World(said, in_order=True, judge=likes_one).solve(Dvts(children=1), 3)
    best = await World(said, in_order=True, judge=likes_one).solve(Dvts(children=1, selection="argmax"), 3)

    assert "{2}" in voted.text
    assert best.text == "\\boxed{1}"
