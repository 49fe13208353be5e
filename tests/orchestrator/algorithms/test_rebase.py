"""REBASE shares its width in proportion to the softmax of the rewards."""

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import Rebase
from its_orchestrator.choosing.resampling import softmax
from its_orchestrator.events import Resampled
from its_orchestrator.testing import World

GOOD, BAD = "good\n\ngood\n\n\\boxed{1}", "bad\n\nbad\n\n\\boxed{2}"

scores = st.lists(st.floats(0, 1), min_size=1, max_size=12)
widths = st.integers(1, 64)


@given(scores=scores, width=widths, temperature=st.floats(0.05, 5))
def test_children_sum_to_the_width_and_follow_the_softmax(scores: list[float], width: int, temperature: float):
    counts = Rebase(balance_temperature=temperature).counts(scores, width)
    shares = softmax([score / temperature for score in scores])

    assert sum(counts) == width
    assert all(abs(count - width * share) < 1 + 1e-9 for count, share in zip(counts, shares, strict=True))


@given(scores=scores, width=widths)
def test_a_better_node_never_gets_fewer_children(scores: list[float], width: int):
    counts = Rebase().counts(scores, width)
    ranked = sorted(zip(scores, counts, strict=True), key=lambda pair: (pair[0], pair[1]))

    assert all(high[1] >= low[1] for low, high in pairwise(ranked) if high[0] > low[0] + 1e-9)


def test_the_temperature_of_the_paper_gives_the_shares_of_the_paper():
    """e^(0.8/0.2) : e^(0.4/0.2) is e² : 1, of 16 places 14.09 and 1.91."""
    assert Rebase().counts([0.8, 0.4], 16) == [14, 2]
    assert 16 * math.exp(2) / (1 + math.exp(2)) == pytest.approx(14.09, abs=0.01)


async def test_children_go_where_the_reward_is():
    world = World([GOOD, BAD], judge=lambda text: 0.1 if "bad" in text else 0.9)
    result = await world.solve(Rebase(), 16)
    leaves = Counter(one.text for one in result.answer.candidates if one.weight is not None)

    assert result.text == GOOD
    assert leaves == {GOOD: 16}


async def test_leaves_reduce_the_width_that_is_left():
    world = World(["done", "on\n\nand\n\non"])
    result = await world.solve(Rebase(), 16, seed=5)
    rounds = [sum(branch.count for branch in one.branches) for one in world.generator.generations]
    done = sum(one.text == "done" for one in result.answer.candidates)

    assert 0 < done < 16
    assert rounds == [16, 16 - done, 16 - done]
    assert len(result.answer.candidates) == 16


async def test_a_node_without_children_is_dropped():
    world = World([GOOD, BAD], judge=lambda text: 0.1 if "bad" in text else 0.9)
    result = await world.solve(Rebase(), 8, seed=1)
    first = result.of(Resampled)[0].kind

    assert isinstance(first, Resampled)
    assert first.dropped
    assert len(first.survivors) == 8


async def test_leaves_vote_with_their_scores_or_the_best_one_answers():
    said = ["\\boxed{1}", "a \\boxed{2}", "b \\boxed{2}"]

    def likes_one(text: str) -> float:
        return 0.6 if "1" in text else 0.5

    voted = await World(said, in_order=True, judge=likes_one).solve(Rebase(), 3)
    best = await World(said, in_order=True, judge=likes_one).solve(Rebase(selection="argmax"), 3)

    assert "{2}" in voted.text
    assert best.text == "\\boxed{1}"


async def test_exactly_the_allowed_number_of_steps_is_run():
    world = World(["a\n\n" * 50])
    result = await world.solve(Rebase(max_steps=5), 4)

    assert len(world.generator.generations) == 5
    assert len(result.answer.chosen.steps) == 5
