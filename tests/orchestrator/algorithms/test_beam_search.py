"""Beam search keeps the partial answers that the reward model likes."""

import pytest

from its_orchestrator.algorithms import BeamSearch
from its_orchestrator.events import Note, Resampled
from its_orchestrator.testing import World

GOOD, BAD = "good\n\ngood\n\ngood", "bad\n\nbad\n\nbad"


def likes_good(text: str) -> float:
    return 0.2 if "bad" in text else 0.9


async def test_bad_beams_are_dropped_and_good_ones_branch():
    world = World([GOOD, BAD], judge=likes_good)
    result = await world.solve(BeamSearch(beam_width=2), 8, seed=1)

    assert result.text == GOOD
    assert {one.text for one in result.answer.candidates} == {GOOD}
    assert len(result.answer.candidates) == 8


@pytest.mark.parametrize("samples", [2, 3, 4, 5, 7, 10, 16])
async def test_any_budget_is_spent_whole_in_every_round(samples: int):
    world = World(["a\n\nb\n\nc"])
    await world.solve(BeamSearch(), samples)

    assert [sum(branch.count for branch in one.branches) for one in world.generator.generations] == [samples] * 3


async def test_a_budget_that_does_not_divide_is_noted():
    even, odd = await World(["a"]).solve(BeamSearch(), 8), await World(["a"]).solve(BeamSearch(), 7)

    assert not even.of(Note)
    assert "one child more" in odd.of(Note)[0].kind.message


async def test_a_budget_as_wide_as_the_beam_does_not_collapse_to_one_chain():
    world = World([f"{number}\n\n{number}\n\n{number}" for number in range(9)])
    result = await world.solve(BeamSearch(beam_width=4), 4, seed=3)

    assert len({one.text[0] for one in result.answer.candidates}) > 1


async def test_a_beam_that_ends_leaves_and_keeps_its_score():
    world = World(["done", "on\n\nand\n\non"], judge=lambda text: 0.9 if text == "done" else 0.1)
    result = await world.solve(BeamSearch(), 8, seed=2)
    rounds = [sum(branch.count for branch in one.branches) for one in world.generator.generations]

    assert result.text == "done"
    assert result.answer.chosen.score == 0.9
    assert rounds[0] == 8
    assert rounds[1] == rounds[2] == 8 - sum(one.text == "done" for one in result.answer.candidates)


async def test_no_answer_has_more_steps_than_allowed():
    world = World(["a\n\n" * 50])
    result = await world.solve(BeamSearch(max_steps=5), 4)

    assert len(result.answer.chosen.steps) == 5
    assert len(world.generator.generations) == 5


async def test_only_new_steps_are_scored():
    world = World([GOOD])
    await world.solve(BeamSearch(), 4)
    known = [one.trajectories[0].known_step_values for one in world.reward.scorings]

    assert known == [(), (0.5,), (0.5, 0.5)]


async def test_a_shared_prefix_is_sent_once():
    world = World([GOOD])
    await world.solve(BeamSearch(), 8)

    assert [len(one.branches) for one in world.generator.generations] == [1, 1, 1]


async def test_forks_name_the_beam_they_come_from():
    result = await World([GOOD, BAD], judge=likes_good).solve(BeamSearch(beam_width=1), 4, seed=1)
    kinds = [event.kind for event in result.of(Resampled)]
    survivors = [dict(kind.survivors) for kind in kinds if isinstance(kind, Resampled)]

    assert len(survivors[0]) == 4
    assert len(set(survivors[0].values()) - {""}) == 1


async def test_steps_can_be_counted_in_tokens():
    world = World(["abcdefgh"])
    result = await world.solve(BeamSearch(tokens_per_step=3), 2)

    assert [step.text for step in result.answer.chosen.steps] == ["abc", "def", "gh"]
